/** Reads the statements out of a client's bytes, as they go by on the wire. */
export type Reader = (bytes: Buffer) => string[];

export type Protocol = "postgres" | "mysql";

export const readers: Record<Protocol, () => Reader> = {
  postgres: postgresReader,
  mysql: mysqlReader,
};

/** The texts of Query and Parse messages. */
function postgresReader(): Reader {
  let left = Buffer.alloc(0);
  let isStarted = false;
  return (bytes) => {
    left = Buffer.concat([left, bytes]);
    const texts: string[] = [];
    for (;;) {
      const headBytes = isStarted ? 1 : 0;
      if (left.length < headBytes + 4) return texts;
      const end = headBytes + left.readInt32BE(headBytes);
      if (left.length < end) return texts;
      const kind = isStarted ? String.fromCharCode(left[0] ?? 0) : "";
      const [first = "", second = ""] = left
        .subarray(headBytes + 4, end)
        .toString("utf8")
        .split("\0");
      if (kind === "Q") texts.push(first);
      if (kind === "P") texts.push(second);
      isStarted = true;
      left = left.subarray(end);
    }
  };
}

const comQuery = 3;

/** The texts of COM_QUERY: a command begins a count of packets, what belongs to a login does not. */
function mysqlReader(): Reader {
  let left = Buffer.alloc(0);
  return (bytes) => {
    left = Buffer.concat([left, bytes]);
    const texts: string[] = [];
    for (;;) {
      if (left.length < 4) return texts;
      const end = 4 + left.readUIntLE(0, 3);
      if (left.length < end) return texts;
      if (left[3] === 0 && left[4] === comQuery) texts.push(left.toString("utf8", 5, end));
      left = left.subarray(end);
    }
  };
}
