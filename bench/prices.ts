/**
 * Public prices in US dollars, beyond what the plans include, as of 2026-11-22. Sources:
 * developers.cloudflare.com/workers/platform/pricing (Workers Paid, Queues, KV),
 * developers.cloudflare.com/durable-objects/platform/pricing (SQLite-backed objects), and
 * neon.com/pricing (Launch).
 */
export const prices = {
  workerRequest: 0.3e-6,
  workerCpuMs: 0.02e-6,
  objectRequest: 0.15e-6,
  objectGigabyteSecond: 12.5e-6,
  objectRowRead: 0.001e-6,
  objectRowWritten: 1e-6,
  /** A message is three: written, read, deleted. */
  queueOperation: 0.4e-6,
  kvRead: 0.5e-6,
  kvWrite: 5e-6,
  storeCpuHour: 0.106,
} as const;

/** An object is billed for all of this while it runs, whatever it uses. */
const objectGigabytes = 0.128;
const queueOperationsPerMessage = 3;
const secondsPerHour = 3_600;

/** What one operation uses, on average. */
export type Use = {
  workerRequests: number;
  workerCpuMs: number;
  objectRequests: number;
  objectMs: number;
  objectRowsRead: number;
  objectRowsWritten: number;
  messages: number;
  kvReads: number;
  kvWrites: number;
  storeRoundTrips: number;
  fleetStatements: number;
  /** Of PostgreSQL, for the store and, where there are any, the fleet's statements. */
  postgresCpuMs: number;
};

/** Dollars for a thousand operations. */
export function costOf1000(use: Use): number {
  const each =
    use.workerRequests * prices.workerRequest +
    use.workerCpuMs * prices.workerCpuMs +
    use.objectRequests * prices.objectRequest +
    (use.objectMs / 1_000) * objectGigabytes * prices.objectGigabyteSecond +
    use.objectRowsRead * prices.objectRowRead +
    use.objectRowsWritten * prices.objectRowWritten +
    use.messages * queueOperationsPerMessage * prices.queueOperation +
    use.kvReads * prices.kvRead +
    use.kvWrites * prices.kvWrite +
    (use.postgresCpuMs / 1_000 / secondsPerHour) * prices.storeCpuHour;
  return each * 1_000;
}
