import { Fault } from "../../lib/fault.ts";

/**
 * What every transport has in common: PostgreSQL's client library speaks, whatever carries its
 * bytes. Both drivers here are that library.
 */
export type PostgresClient = {
  connect(): Promise<unknown>;
  query(text: string, values?: unknown[]): Promise<unknown>;
  end(): Promise<void>;
  on(event: "end" | "error", listener: () => void): unknown;
  off(event: "end", listener: () => void): unknown;
};

/** The server's own refusals have a severity and an SQLSTATE, and say more than "unreachable". */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && "code" in error && "severity" in error;
}

/** The error as it goes on: what is no refusal of the server's is a Fault `server_unreachable`. */
export function translated(error: unknown): Error {
  if (isRefusal(error)) return error;
  const text = error instanceof Error ? error.message : "the connection failed";
  return new Fault("server_unreachable", text);
}
