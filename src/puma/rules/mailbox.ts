/** A request for a link, counted. */
export type Admission = { admitted: true } | { admitted: false; retryAfterSeconds: number };

export type LinkRequest = {
  /** Where the mail goes. */
  address: string;
  /** The mailed link is this and a token: `https://…/auth/link/`. */
  linkPrefix: string;
  mailboxId: string;
  perHourMax: number;
  lifetimeMs: number;
  /** SHA-256 of one more token for the same link, for the answer in development. */
  extraTokenHash: string | null;
};

export type RequestedLink =
  | { admitted: true; expiresAtMs: number }
  | { admitted: false; retryAfterSeconds: number };
