import { AnswerTooBig } from "../answer-too-big.ts";
import { type PostgresClient, translated } from "./client.ts";
import type { PostgresEachAnswer, TakePostgresRows } from "./session.ts";

/**
 * Queries of our own, run by the driver, because its own would keep all rows and, where a script
 * fails, tell nothing of the statements before. The driver calls such a query a Submittable: it
 * hands over each message of the server's.
 */
type OwnQuery = {
  submit(connection: Connection): void;
  handleRowDescription?(message: RowDescription): void;
  handleDataRow?(message: { fields: (string | null)[] }): void;
  /** Told of each statement that is done, by its command tag. */
  handleCommandComplete(message: { text: string }): void;
};

/** The parts of the driver's connection that a query of one's own speaks to. */
type Connection = {
  stream: {
    on(event: "data", listener: (chunk: { length: number }) => void): void;
    removeListener(event: "data", listener: (chunk: { length: number }) => void): void;
    destroy(): void;
  };
  query(text: string): void;
  parse(query: { name: string; text: string; types: number[] }): void;
  bind(options: { portal: string; statement: string; values: unknown[] }): void;
  describe(options: { type: "P"; name: string }): void;
  execute(options: { portal: string; rows: number }): void;
  sync(): void;
  sendCopyFail(message: string): void;
};

type RowDescription = { fields: { name: string; dataTypeID: number }[] };

function ignore(): void {}

/** Messages that mean nothing to us; the driver calls them all the same. */
const ignored = {
  handleRowDescription: ignore,
  handleDataRow: ignore,
  handleEmptyQuery: ignore,
  handlePortalSuspended: ignore,
  handleCopyData: ignore,
};

/** What ends a query before the server is ready again, and what gives the server time anew. */
type Control = { fail(error: Error): void; waitAnew(): void };

/** Has the driver run a query, until the server has done it, is late or is gone. */
function runOwnQuery(
  client: PostgresClient,
  timeoutMs: number,
  make: (control: Control) => OwnQuery,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;

    function settle(error: Error | null): void {
      isOver = true;
      clearTimeout(timer);
      client.off("end", onEnd);
      if (error) reject(error);
      else resolve();
    }
    function onEnd(): void {
      settle(translated(new Error("The connection was cut")));
    }
    function waitAnew(): void {
      clearTimeout(timer);
      if (isOver) return;
      const late = translated(new Error(`No answer in ${timeoutMs} ms`));
      timer = setTimeout(() => settle(late), timeoutMs);
    }

    const query = {
      ...ignored,
      ...make({ fail: settle, waitAnew }),
      handleCopyInResponse: (opened: Connection) => opened.sendCopyFail("There are no data"),
      // The driver tells nothing more after it, and itself waits until the server is ready again.
      handleError: (error: Error) => settle(translated(error)),
      handleReadyForQuery: () => settle(null),
    };
    client.on("end", onEnd);
    waitAnew();
    // True for any object with these methods.
    client.query(query as never);
  });
}

/**
 * One statement by the extended protocol, its rows handed over as they come, so that memory holds
 * one at a time. All of it may take `timeoutMs`.
 */
export async function eachRow(
  client: PostgresClient,
  text: string,
  { onRow, bytesMax }: TakePostgresRows,
  timeoutMs: number,
): Promise<PostgresEachAnswer> {
  const answer: PostgresEachAnswer = { fields: [], tag: "" };
  let stopCounting = ignore;

  function countBytes({ stream }: Connection, fail: Control["fail"]): void {
    let received = 0;
    function onData(chunk: { length: number }): void {
      received += chunk.length;
      if (received <= bytesMax) return;
      fail(new AnswerTooBig(`The answer is over ${bytesMax} bytes`));
      // The library would gather the rest of a row before it told of it.
      stream.destroy();
    }
    stream.on("data", onData);
    stopCounting = () => stream.removeListener("data", onData);
  }

  const done = runOwnQuery(client, timeoutMs, ({ fail }) => ({
    submit(connection) {
      countBytes(connection, fail);
      connection.parse({ name: "", text, types: [] });
      connection.bind({ portal: "", statement: "", values: [] });
      connection.describe({ type: "P", name: "" });
      connection.execute({ portal: "", rows: 0 });
      connection.sync();
    },
    handleRowDescription({ fields }) {
      answer.fields = fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID }));
    },
    handleDataRow: ({ fields }) => onRow(fields),
    handleCommandComplete({ text: tag }) {
      answer.tag = tag;
    },
  }));
  await done.finally(() => stopCounting());
  return answer;
}

/**
 * Several statements as one message of the simple protocol; `onDone` is told of each as it is done.
 * Each may take `timeoutMs`.
 */
export function runScript(
  client: PostgresClient,
  text: string,
  timeoutMs: number,
  onDone: (tag: string) => void,
): Promise<void> {
  return runOwnQuery(client, timeoutMs, ({ waitAnew }) => ({
    submit: (connection) => connection.query(text),
    handleCommandComplete({ text: tag }) {
      waitAnew();
      onDone(tag);
    },
  }));
}
