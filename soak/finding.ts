/** One thing that is not as it must be. Any of them makes the run a failure. */
export type Finding = {
  kind:
    | "lost write"
    | "lost database"
    | "doubled"
    | "wrong state"
    | "damaged"
    | "unknown row"
    | "orphan"
    | "missing on server"
    | "works after its end"
    | "unfinished work"
    | "given up"
    | "missing event"
    | "event not delivered"
    | "unverified message"
    | "secret in the log"
    | "server error"
    | "malformed answer"
    | "unexpected answer"
    | "slow reads"
    | "memory grows"
    | "not measured"
    | "broken client";
  /** One line. */
  what: string;
  detail?: unknown;
};
