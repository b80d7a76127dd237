import { AnswerTooBig } from "./answer-too-big.ts";
import type { EachAnswer, TakeRows } from "./postgres.ts";
import { type PostgresClient, translated } from "./postgres-client.ts";

/** The parts of the driver's connection that a query of one's own speaks to. */
type Connection = {
  stream: {
    on(event: "data", listener: (chunk: { length: number }) => void): void;
    removeListener(event: "data", listener: (chunk: { length: number }) => void): void;
    destroy(): void;
  };
  parse(query: { name: string; text: string; types: number[] }): void;
  bind(options: { portal: string; statement: string; values: unknown[] }): void;
  describe(options: { type: "P"; name: string }): void;
  execute(options: { portal: string; rows: number }): void;
  sync(): void;
  sendCopyFail(message: string): void;
};

type RowDescription = { fields: { name: string; dataTypeID: number }[] };

function ignore(): void {}

/**
 * One statement by the extended protocol, its rows handed over as they come, so that memory holds
 * one at a time. The driver's own query would keep all of them.
 */
export function eachRow(
  client: PostgresClient,
  text: string,
  { onRow, bytesMax }: TakeRows,
  silenceMaxMs: number,
): Promise<EachAnswer> {
  return new Promise((resolve, reject) => {
    const answer: EachAnswer = { fields: [], tag: "" };
    let timer: ReturnType<typeof setTimeout> | undefined;
    let connection: Connection | null = null;
    let received = 0;

    function settle(error: Error | null): void {
      clearTimeout(timer);
      client.off("end", onEnd);
      connection?.stream.removeListener("data", onData);
      if (error) reject(error);
      else resolve(answer);
    }
    function onEnd(): void {
      settle(translated(new Error("The connection was cut")));
    }
    function onData(chunk: { length: number }): void {
      received += chunk.length;
      if (received <= bytesMax) return;
      const stream = connection?.stream;
      settle(new AnswerTooBig(`The answer is over ${bytesMax} bytes`));
      // The library would gather the rest of a row before it told of it.
      stream?.destroy();
    }

    const query = {
      submit(opened: Connection) {
        connection = opened;
        opened.stream.on("data", onData);
        opened.parse({ name: "", text, types: [] });
        opened.bind({ portal: "", statement: "", values: [] });
        opened.describe({ type: "P", name: "" });
        opened.execute({ portal: "", rows: 0 });
        opened.sync();
      },
      handleRowDescription({ fields }: RowDescription) {
        answer.fields = fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID }));
      },
      handleDataRow: ({ fields }: { fields: (string | null)[] }) => onRow(fields),
      handleCommandComplete({ text: tag }: { text: string }) {
        answer.tag = tag;
      },
      handleEmptyQuery: ignore,
      handlePortalSuspended: ignore,
      handleCopyData: ignore,
      handleCopyInResponse: (opened: Connection) => opened.sendCopyFail("There are no data"),
      // The driver tells nothing more after it, and itself waits until the server is ready again.
      handleError: (error: Error) => settle(translated(error)),
      handleReadyForQuery: () => settle(null),
    };
    client.on("end", onEnd);
    const late = () => settle(translated(new Error(`No answer in ${silenceMaxMs} ms`)));
    timer = setTimeout(late, silenceMaxMs);
    // True for any object with these methods: the driver calls it a Submittable.
    client.query(query as never);
  });
}
