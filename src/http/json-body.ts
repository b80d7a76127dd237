import { jsonDepthMax, jsonDepthOf } from "../lib/json-depth.ts";
import { readBody } from "./read-body.ts";

/** Reads a JSON request body within bounds: size, time, content type, UTF-8, depth of nesting. */
export type BodyProblem =
  | { kind: "too_large"; maxBytes: number }
  | { kind: "wrong_type"; received: string | null }
  | { kind: "unreadable"; reason: string };

export type JsonBody =
  /** `text` is what `value` was parsed from. */
  { ok: true; value: unknown; text: string } | { ok: false; problem: BodyProblem };

/** JSON travels in UTF-8 (RFC 8259), so another charset announces bytes that would be misread. */
function isJsonType(header: string | null): boolean {
  const type = header?.trim() ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) return false;
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type)?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

/** Nothing is unpacked here: a small body could become an endless one. */
function isPlain(request: Request): boolean {
  const encoding = request.headers.get("content-encoding")?.trim() ?? "";
  return encoding === "" || /^identity$/i.test(encoding);
}

/** Parses the body as JSON. Never throws for what a client can send. */
export async function readJsonBody(request: Request, maxBytes: number): Promise<JsonBody> {
  const received = request.headers.get("content-type");
  if (!isJsonType(received) || !isPlain(request)) {
    return { ok: false, problem: { kind: "wrong_type", received } };
  }
  const body = await readBody(request, maxBytes);
  if (!body.ok && body.problem === "too_large") {
    return { ok: false, problem: { kind: "too_large", maxBytes } };
  }
  if (!body.ok) return { ok: false, problem: { kind: "unreadable", reason: body.reason } };
  try {
    // A byte order mark stays in the text, where JSON.parse refuses it.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body.bytes);
    if (jsonDepthOf(text) > jsonDepthMax) {
      const reason = `nested deeper than ${jsonDepthMax} levels`;
      return { ok: false, problem: { kind: "unreadable", reason } };
    }
    return { ok: true, value: JSON.parse(text), text };
  } catch (error) {
    // TextDecoder and JSON.parse throw only TypeError and SyntaxError, both about the bytes.
    const reason = error instanceof SyntaxError ? error.message : "not valid UTF-8";
    return { ok: false, problem: { kind: "unreadable", reason } };
  }
}
