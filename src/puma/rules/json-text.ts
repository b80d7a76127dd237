/**
 * Finished JSON text on its way from an account's object to the client: a string, or a stream when it
 * is long, because one message between Worker and object holds at most 32 MiB.
 */
export type JsonText = string | ReadableStream<Uint8Array>;

/** A string of this many characters is at most 16 MiB in memory. */
const stringCharactersMax = 8_000_000;
const chunkCharacters = 256_000;

/** Joins the parts, which are read once and must not change afterwards. */
export function jsonText(parts: string[]): JsonText {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return length <= stringCharactersMax ? parts.join("") : streamOf(parts);
}

/** A JSON array of finished items. */
export function jsonArray(items: readonly string[]): JsonText {
  return jsonText(["[", ...items.map((item, index) => (index === 0 ? item : `,${item}`)), "]"]);
}

function streamOf(parts: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      let chunk = "";
      while (next < parts.length && chunk.length < chunkCharacters) chunk += parts[next++];
      if (chunk === "") {
        controller.close();
        // A byte stream that closes with a read waiting must answer it.
        controller.byobRequest?.respond(0);
      } else {
        controller.enqueue(encoder.encode(chunk));
      }
    },
  });
}

/** The text between two others. */
export function enclosed(before: string, text: JsonText, after: string): JsonText {
  if (typeof text === "string") return before + text + after;
  const encoder = new TextEncoder();
  return text.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode(before)),
      flush: (controller) => controller.enqueue(encoder.encode(after)),
    }),
  );
}
