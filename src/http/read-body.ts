/**
 * Reads request bodies within bounds of size and time. A client may send more than it tells, stop in
 * the middle or hang up: each of these has an outcome, and none of them is a failure of ours.
 */
export type BodyRead =
  | { ok: true; bytes: Uint8Array }
  | { ok: false; problem: "too_large" }
  | { ok: false; problem: "broken_off"; reason: string };

/** How long any body may take to come; one with more bytes to come may take longer. */
const patienceMs = 10_000;
/** Half a megabit a second: what slow uplinks manage. */
const slowestBytesPerSecond = 65_536;

/** What is read of a refused body only to throw it away: the longest body the platform lets in. */
const discardedBytesMax = 100_000_000;

function allowedMsOf(bytes: number): number {
  return patienceMs + Math.ceil(bytes / slowestBytesPerSecond) * 1_000;
}

function announcedBytes(request: Request): number {
  return Number(request.headers.get("content-length") ?? "0");
}

/** The body's bytes, counted as they arrive, whatever Content-Length says. Never throws. */
export async function readBody(request: Request, maxBytes: number): Promise<BodyRead> {
  const announced = announcedBytes(request);
  if (announced > maxBytes) return { ok: false, problem: "too_large" };
  if (!request.body) return { ok: true, bytes: new Uint8Array() };
  const allowedMs = allowedMsOf(announced || maxBytes);
  // The transport ends a body where Content-Length says; reading it whole is much the fastest.
  if (announced > 0) return await readWhole(request, allowedMs);
  return await readInParts(request.body, maxBytes, allowedMs);
}

const hungUp: BodyRead = { ok: false, problem: "broken_off", reason: "it broke off" };
const stalled: BodyRead = { ok: false, problem: "broken_off", reason: "it came too slowly" };

async function readWhole(request: Request, allowedMs: number): Promise<BodyRead> {
  // The stream fails only when the client goes away or breaks the protocol.
  const whole = request.arrayBuffer().catch(() => null);
  const read = await Promise.race([whole, lateAfter(allowedMs, whole)]);
  if (read === "late") return stalled;
  return read === null ? hungUp : { ok: true, bytes: new Uint8Array(read) };
}

async function readInParts(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  allowedMs: number,
): Promise<BodyRead> {
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  const all = (async (): Promise<BodyRead> => {
    for (;;) {
      const part = await reader.read().catch(() => null);
      if (part === null) return hungUp;
      if (part.done) break;
      size += part.value.byteLength;
      if (size > maxBytes) {
        reader.releaseLock();
        return { ok: false, problem: "too_large" };
      }
      parts.push(part.value);
    }
    const [only] = parts;
    return { ok: true, bytes: parts.length === 1 && only ? only : Buffer.concat(parts, size) };
  })();
  const read = await Promise.race([all, lateAfter(allowedMs, all)]);
  if (read !== "late") return read;
  await reader.cancel().catch(() => {});
  return stalled;
}

/**
 * Reads what is left of a body before the answer goes out. The platform closes a connection whose
 * body it would have to read, and many clients then report the broken connection, not the answer.
 */
export async function discardBody(request: Request): Promise<void> {
  if (!request.body || request.body.locked) return;
  const announced = announcedBytes(request);
  if (announced > discardedBytesMax) {
    await request.body.cancel();
    return;
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  const all = (async () => {
    for (let left = discardedBytesMax; left > 0; ) {
      const part = await reader.read().catch(() => null);
      if (part === null || part.done) return;
      left -= part.value.byteLength;
    }
    await reader.cancel();
  })();
  if ((await Promise.race([all, lateAfter(allowedMsOf(announced), all)])) === "late") {
    await reader.cancel().catch(() => {});
  }
}

/** Resolves after a time, unless the work has ended before. */
function lateAfter(ms: number, work: Promise<unknown>): Promise<"late"> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("late"), ms);
    const stop = () => clearTimeout(timer);
    work.then(stop, stop);
  });
}
