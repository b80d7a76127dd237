import type { Invitation, LinkPurpose } from "../../rules/mailbox.ts";
import { durationText } from "../../rules/time-text.ts";

/** What the mail with a sign-in link says. */
export function signInMail(
  link: string,
  about: { linkLifetimeMs: number; purpose: LinkPurpose; invitation: Invitation | null },
): { subject: string; text: string } {
  const { subject, opening } = wordsOf(about);
  return {
    subject,
    text: [
      opening,
      "",
      link,
      "",
      `It works once, for ${durationText(about.linkLifetimeMs)}.`,
      "If you did not ask for it, ignore this mail: without the link nobody gets in.",
      "",
    ].join("\n"),
  };
}

function wordsOf({ purpose, invitation }: { purpose: LinkPurpose; invitation: Invitation | null }) {
  if (invitation) {
    const { team, invitedBy } = invitation;
    return {
      subject: `Join ${team} on Polykomos`,
      opening: `${invitedBy} invites you to the team "${team}". Open this link to sign in and answer:`,
    };
  }
  if (purpose === "console") {
    return {
      subject: "Sign in to the console",
      opening: "Open this link to sign in to the console:",
    };
  }
  if (purpose === "client") {
    return {
      subject: "Sign in to pumaDB",
      opening: "Open this link, in the browser where you asked for it, to sign in to pumaDB:",
    };
  }
  return {
    subject: "Your pumaDB sign-in link",
    opening: "Open this link to get an API key for pumaDB:",
  };
}
