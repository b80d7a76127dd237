import { request } from "node:http";
import { inject } from "vitest";
import { type Answer, checkAnswer } from "./api.ts";

/** Requests that `fetch` would not send: doubled headers, bodies that come in pieces. */
export type RawRequest = {
  method: string;
  path: string;
  /** In the order sent; a name may come more than once. */
  headers: [name: string, value: string][];
  /** Sent as they are, one chunk each, without a Content-Length unless the headers have one. */
  chunks?: Iterable<Uint8Array | string>;
  url?: string;
};

/** Sends the request and reads the answer, also when the server does not read all of the body. */
export function raw(options: RawRequest): Promise<Answer> {
  const { hostname, port } = new URL(options.url ?? inject("suite").url);
  const { method, path } = options;
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const sent = request({ hostname, port, method, path, agent: false, setHost: true });
    const values = Map.groupBy(options.headers, ([name]) => name);
    for (const [name, each] of values)
      sent.setHeader(
        name,
        each.map(([, value]) => value),
      );
    sent.on("response", (response) => {
      isAnswered = true;
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const answer = readAnswer(response.statusCode ?? 0, response.headers, parts);
        try {
          checkAnswer(method, path, null, answer);
          resolve(answer);
        } catch (error) {
          reject(error);
        }
      });
    });
    sent.on("error", (error) => {
      if (!isAnswered) reject(error);
    });
    for (const chunk of options.chunks ?? []) sent.write(chunk);
    sent.end();
  });
}

function readAnswer(
  status: number,
  rawHeaders: Record<string, string | string[] | undefined>,
  parts: Buffer[],
): Answer {
  const headers = new Headers();
  for (const [name, value] of Object.entries(rawHeaders)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const text = Buffer.concat(parts).toString("utf8");
  try {
    return { status, headers, body: JSON.parse(text) };
  } catch {
    return { status, headers, body: text };
  }
}
