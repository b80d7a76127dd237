/**
 * Row ids are UUIDs of version 7 (RFC 9562): their first 48 bits are the row's created_at in
 * milliseconds, so an id alone leads to the row's place in its table. The 12 bits after the version
 * count within a millisecond, so rows of one batch sort by id in the order they were added.
 */
const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Makes ids. Keep one per account: it counts within the millisecond. */
export type RowIdSource = (createdAtMs: number) => string;

export function rowIdSource(): RowIdSource {
  let lastMs = -1;
  let sequence = 0;
  return (createdAtMs) => {
    sequence = createdAtMs === lastMs ? (sequence + 1) & 0xfff : 0;
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
