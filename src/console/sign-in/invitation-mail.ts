import { secondMs } from "../../lib/clock.ts";
import type { PumaDeps } from "../../puma/deps.ts";
import { mailboxIdOf } from "../../puma/sign-in/rules/link-token.ts";
import { signInLinkPath } from "./service.ts";

/**
 * The mail of an invitation: a link that signs its address in, as any other of the console but for as
 * long as the invitation lasts. Joining is asked for there. False when the address gets too many, or
 * the inviter has had too many mailed: the sweep tries again.
 */
export function invitationMailer(
  puma: Pick<PumaDeps, "settings" | "mailbox">,
  { ttlSeconds, perInviterPerHourMax }: { ttlSeconds: number; perInviterPerHourMax: number },
) {
  return async (mail: { email: string; team: string; invitedBy: string; origin: string }) => {
    const { ID_CHECK_SECRET: secret, MAGIC_LINKS_PER_ADDRESS_PER_HOUR: perHourMax } = puma.settings;
    // Whom they are for is the inviter's choice, and so are the words of the team's name in them.
    const inviterId = mailboxIdOf("client", `inviter:${mail.invitedBy}`, secret);
    const counted = await puma.mailbox(inviterId).admitClient(perInviterPerHourMax);
    if (!counted.admitted) return false;
    const mailboxId = mailboxIdOf("address", mail.email, secret);
    const requested = await puma.mailbox(mailboxId).requestLink({
      address: mail.email,
      linkPrefix: mail.origin.replace(/\/+$/, "") + signInLinkPath,
      mailboxId,
      perHourMax,
      lifetimeMs: ttlSeconds * secondMs,
      extraTokenHash: null,
      purpose: "console",
      invitation: { team: mail.team, invitedBy: mail.invitedBy },
    });
    return requested.admitted;
  };
}
