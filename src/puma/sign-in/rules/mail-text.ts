import type { Invitation, LinkPurpose } from "../../rules/mailbox.ts";

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
      `It works once, for ${span(about.linkLifetimeMs)}.`,
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

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

function span(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / minuteMs));
  if (minutes >= 2 * dayMinutes) return `${Math.round(minutes / dayMinutes)} days`;
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}
