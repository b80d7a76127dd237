import { within } from "../lib/clock.ts";
import type { Session } from "./postgres.ts";
import { type PostgresClient, translated } from "./postgres-client.ts";
import { eachRow } from "./postgres-rows.ts";

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
): Promise<Session> {
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
      const answers = await within(statementTimeoutMs + answerGraceMs, asked).catch(
        (error: unknown) => {
          throw translated(error);
        },
      );
      return rowsOf(answers);
    },
    async script(text, onDone) {
      await runScript(client, text, statementTimeoutMs + answerGraceMs, onDone);
    },
    each: (text, take) => eachRow(client, text, take, statementTimeoutMs + answerGraceMs),
    close,
  };
}

/** Several statements in one text have several answers. */
function rowsOf(answers: unknown): Record<string, unknown>[] {
  const last: unknown = Array.isArray(answers) ? answers.at(-1) : answers;
  // True for both drivers: what they answer a query with.
  return (last as { rows?: Record<string, unknown>[] } | undefined)?.rows ?? [];
}

/** What the driver lets a query of one's own make. */
type OwnQuery = {
  submit(connection: { query(text: string): void }): void;
  handleCommandComplete(message: { text: string }): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
  handleCopyInResponse(connection: { sendCopyFail(message: string): void }): void;
};

function ignore(): void {}

/**
 * Sends several statements as one message of the simple protocol. The driver's own query would keep
 * all rows and, on an error, tell nothing of the statements before it.
 */
function runScript(
  client: PostgresClient,
  text: string,
  silenceMaxMs: number,
  onDone: (tag: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(timer);
      const late = translated(new Error(`No answer in ${silenceMaxMs} ms`));
      timer = setTimeout(() => settle(late), silenceMaxMs);
    };
    const settle = (error: Error | null) => {
      clearTimeout(timer);
      client.off("end", onEnd);
      if (error) reject(error);
      else resolve();
    };
    const onEnd = () => settle(translated(new Error("The connection was cut")));
    const query: OwnQuery & Record<string, unknown> = {
      submit: (connection) => connection.query(text),
      handleRowDescription: ignore,
      handleDataRow: ignore,
      handleEmptyQuery: ignore,
      handlePortalSuspended: ignore,
      handleCopyData: ignore,
      handleCommandComplete(message) {
        listen();
        onDone(message.text);
      },
      handleReadyForQuery: () => settle(null),
      handleError: (error) => settle(translated(error)),
      handleCopyInResponse: (connection) => connection.sendCopyFail("There are no data to copy"),
    };
    client.on("end", onEnd);
    listen();
    // True for any object with these methods: the driver calls it a Submittable.
    client.query(query as never);
  });
}
