import type { Fault } from "../lib/fault.ts";
import type { Log } from "../lib/log.ts";
import type { PolykomosDeps } from "../polykomos/api.ts";
import type { Code } from "../polykomos/dialect.ts";
import type { OperatorDeps } from "./operator/operator.ts";
import type { SignInDeps } from "./sign-in/service.ts";

/** What the console needs of the world: what the APIs need, and sessions. */
export type ConsoleDeps = PolykomosDeps &
  OperatorDeps &
  SignInDeps & {
    log: Log;
    settings: {
      /** Requests a minute of one session. */
      CONSOLE_REQUESTS_PER_MINUTE: number;
    };
    sessionGateOf(accountId: string): SessionGate | null;
    unexpected(error: unknown, path: string, requestId: string): Fault<Code>;
  };

/** The account's gate as the console needs it. */
type SessionGate = {
  countSession(
    sessionId: string,
    limit: number,
  ): Promise<{ allowed: boolean; retryAfterSeconds: number }>;
};
