/** A request for a link, counted. */
export type Admission = { admitted: true } | { admitted: false; retryAfterSeconds: number };

/**
 * What a link signs in to: it gives a key of pumaDB, opens a session of the console, or goes on with
 * connecting a client. A token works for its own purpose alone.
 */
export type LinkPurpose = "key" | "console" | "client";

/** Told in the mail of a link that also invites to a team. */
export type Invitation = { team: string; invitedBy: string };

/** What the object of an address is asked for when somebody wants to sign in. */
export type SignInLinkRequest = {
  /** Where the mail goes. */
  address: string;
  /** The mailed link is this and a token: `https://…/auth/link/`. */
  linkPrefix: string;
  mailboxId: string;
  perHourMax: number;
  lifetimeMs: number;
  /** SHA-256 of one more token for the same link, for the answer in development. */
  extraTokenHash: string | null;
  purpose: LinkPurpose;
  invitation?: Invitation;
};

export type RequestedLink =
  | { admitted: true; expiresAtMs: number }
  | { admitted: false; retryAfterSeconds: number };
