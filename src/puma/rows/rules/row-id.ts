/**
 * Row ids are UUIDs of version 7 (RFC 9562): their first 48 bits are the row's created_at in
 * milliseconds, so an id alone leads to the row's place in its table. The 12 bits after the version
 * count down within a millisecond: of rows added in the same one, the newest has the smallest id, so
 * "newest first, then by id" is the order of adding turned round, and new rows go to the table's end.
 */
const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const sequenceMax = 0xfff;

/** Makes ids. Keep one per account: it counts within the millisecond. */
export type RowIdSource = (createdAtMs: number) => string;

export function rowIdSource(): RowIdSource {
  let lastMs = -1;
  let sequence = sequenceMax;
  return (createdAtMs) => {
    sequence = createdAtMs === lastMs ? (sequence - 1) & sequenceMax : sequenceMax;
    lastMs = createdAtMs;
    const time = createdAtMs.toString(16).padStart(12, "0");
    const count = sequence.toString(16).padStart(3, "0");
    const random = crypto.randomUUID();
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${random.slice(19)}`;
  };
}

/** The created_at of the row with this id, in milliseconds; `null` for what is no row's id. */
export function createdAtOf(rowId: string): number | null {
  if (!shape.test(rowId)) return null;
  return Number.parseInt(rowId.slice(0, 8) + rowId.slice(9, 13), 16);
}
