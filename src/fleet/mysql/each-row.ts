import type { Duplex } from "node:stream";
import type { Connection } from "mysql2";
import { AnswerTooBig } from "../answer-too-big.ts";
import type { MysqlField } from "./values.ts";

/** What becomes of rows as they come in: as the server's bytes, one at a time. */
export type TakeMysqlRows = {
  /** False: no more of them; the session ends. */
  onRow(values: (Buffer | null)[], fields: readonly MysqlField[]): boolean;
  /** An answer of more bytes ends the session and is an `AnswerTooBig`. */
  bytesMax: number;
};

export type MysqlEachAnswer = { affectedRows: number };

/** The driver's own description of a column, and its answer to a statement without rows. */
type Described = { name: string; columnType: number; characterSet: number };
type Header = { affectedRows?: number };

/** One statement, its rows handed over as they come, so that memory holds one at a time. */
export function eachMysqlRow(
  connection: Connection,
  stream: Duplex,
  sql: string,
  { onRow, bytesMax }: TakeMysqlRows,
): Promise<MysqlEachAnswer> {
  return new Promise((resolve, reject) => {
    let fields: MysqlField[] = [];
    let affectedRows = 0;
    let received = 0;
    let isOver = false;

    function end(error: Error | null): void {
      if (isOver) return;
      isOver = true;
      stream.removeListener("data", onData);
      stream.removeListener("close", onClose);
      if (error) reject(error);
      else resolve({ affectedRows });
    }
    function onData(chunk: Buffer): void {
      received += chunk.length;
      if (received <= bytesMax) return;
      end(new AnswerTooBig(`The answer is over ${bytesMax} bytes`));
      // The library would gather the rest of a row before it told of it.
      stream.destroy();
    }

    function onClose(): void {
      end(new Error("The connection was cut"));
    }

    stream.on("data", onData);
    stream.on("close", onClose);
    const query = connection.query({
      sql,
      rowsAsArray: true,
      // As bytes: what they mean is told by the column's type and character set.
      typeCast: (field) => field.buffer(),
    });
    query.on("fields", (described: Described[] | undefined) => {
      fields = (described ?? []).map(({ name, columnType, characterSet }) => ({
        name,
        typeId: columnType,
        characterSet,
      }));
    });
    query.on("result", (row: unknown) => {
      if (isOver) return;
      if (!Array.isArray(row)) {
        affectedRows += (row as Header).affectedRows ?? 0;
        return;
      }
      if (onRow(row, fields)) return;
      end(null);
      stream.destroy();
    });
    query.on("error", (error: Error) => end(error));
    query.on("end", () => end(null));
  });
}
