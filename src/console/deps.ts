import type { Fault } from "../lib/fault.ts";
import type { PolykomosDeps } from "../polykomos/api.ts";
import type { Code } from "../polykomos/dialect.ts";
import type { OperatorDeps } from "./operator/operator.ts";
import type { SignInDeps } from "./sign-in/service.ts";
import type { WebhookDeps } from "./webhooks/routes.ts";

/** What the console needs of the world: what the APIs need, and sessions. */
export type ConsoleDeps = PolykomosDeps &
  OperatorDeps &
  SignInDeps &
  WebhookDeps & {
    settings: {
      /** Requests a minute of one session. */
      CONSOLE_REQUESTS_PER_MINUTE: number;
    };
    /** `null` for what is no account of Polykomos. */
    sessionGateOf(accountId: string): SessionGate | null;
    /** Logs a failure of ours, and says what is answered. */
    unexpected(error: unknown, path: string, requestId: string): Fault<Code>;
  };

/** The account's gate as the console needs it. */
type SessionGate = {
  /** Counts one request of a session, of at most `limit` in a minute. */
  countSession(
    sessionId: string,
    limit: number,
  ): Promise<{ allowed: boolean; retryAfterSeconds: number }>;
};
