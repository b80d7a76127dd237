import { within } from "../../lib/clock.ts";
import { type PostgresClient, translated } from "./client.ts";
import { eachRow, runScript } from "./own-query.ts";
import type { PostgresSession } from "./session.ts";

/** A server that does not let us in within this is unreachable. */
export const connectTimeoutMs = 5_000;
/** The server has stopped a statement of its own accord before we stop waiting for its answer. */
const answerGraceMs = 2_000;
/** A session's end is worth this long a wait; the server ends it then by itself. */
const closePatienceMs = 2_000;

/**
 * Opens a session with a client that was not connected yet, with time-outs. `abandon` ends the
 * connection without the server's help, where there is a way.
 */
export async function openPostgresSession(
  client: PostgresClient,
  statementTimeoutMs: number,
  abandon: () => void,
): Promise<PostgresSession> {
  const answerTimeoutMs = statementTimeoutMs + answerGraceMs;
  let hasEnded = false;
  client.on("end", () => {
    hasEnded = true;
  });
  // Without a listener an error between queries would take the isolate's request down; the next
  // query fails with it anyway.
  client.on("error", () => {});

  async function close(): Promise<void> {
    if (hasEnded) return;
    await within(closePatienceMs, client.end()).catch(abandon);
  }

  try {
    await within(connectTimeoutMs + answerGraceMs, client.connect());
  } catch (error) {
    void close();
    throw translated(error);
  }
  return {
    async query(text, values) {
      const asked = values ? client.query(text, [...values]) : client.query(text);
      const answers = await within(answerTimeoutMs, asked).catch((error: unknown) => {
        throw translated(error);
      });
      return rowsOf(answers);
    },
    script: (text, onDone) => runScript(client, text, answerTimeoutMs, onDone),
    each: (text, take) => eachRow(client, text, take, answerTimeoutMs),
    close,
  };
}

/** Several statements in one text have several answers. */
function rowsOf(answers: unknown): Record<string, unknown>[] {
  const last: unknown = Array.isArray(answers) ? answers.at(-1) : answers;
  // True for both drivers: what they answer a query with.
  return (last as { rows?: Record<string, unknown>[] } | undefined)?.rows ?? [];
}
