import { describe, expect, test } from "vitest";
import { discardBody, jsonDepthMax, readJsonBody } from "../../src/http/json-body.ts";

function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://host/", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
    duplex: "half",
  } as RequestInit);
}

function streamOf(...parts: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(Buffer.from(part));
      controller.close();
    },
  });
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("a JSON body", () => {
  test.each(['{"a":1}', "[]", "null", '"é😀"', " \n1 ", nested(jsonDepthMax)])(
    "is read: %s",
    async (text) => {
      const read = await readJsonBody(post(text), 1_000);
      expect(read).toEqual({ ok: true, value: JSON.parse(text), text });
    },
  );

  test("is read when a character is cut between two pieces", async () => {
    const [head, tail] = [Buffer.from('"é').subarray(0, 2), Buffer.from('é"').subarray(1)];
    const read = await readJsonBody(post(streamOf(head, tail)), 1_000);
    expect(read).toMatchObject({ ok: true, value: "é" });
  });

  test.each([
    ["nothing", ""],
    ["half a value", '{"a":'],
    ["a byte order mark", "\ufeff{}"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["a level too deep", nested(jsonDepthMax + 1)],
    ["far too deep", nested(100_000)],
    ["deep objects", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`],
  ])("is unreadable: %s", async (_, body) => {
    const read = await readJsonBody(post(body), 1_000_000);
    expect(read).toMatchObject({ ok: false, problem: { kind: "unreadable" } });
  });

  test("is not deep for brackets in its strings", async () => {
    const text = JSON.stringify({ a: `\\"${"[".repeat(500)}\\` });
    expect(await readJsonBody(post(text), 10_000)).toMatchObject({ ok: true });
  });

  test.each([100, 101])("of %i bytes is held against a limit of a hundred", async (size) => {
    const text = "1".padEnd(size);
    for (const body of [text, streamOf(text), streamOf(text.slice(0, 60), text.slice(60))]) {
      const read = await readJsonBody(post(body), 100);
      expect(read.ok).toBe(size <= 100);
      if (!read.ok) expect(read.problem).toEqual({ kind: "too_large", maxBytes: 100 });
    }
  });

  test("that is cut off is unreadable, not an error of ours", async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error("Network connection lost."));
      },
    });
    const read = await readJsonBody(post(broken), 100);
    expect(read).toMatchObject({ ok: false, problem: { kind: "unreadable" } });
  });
});

describe("a content type", () => {
  test.each([
    "application/json",
    "APPLICATION/JSON",
    " application/json ",
    "application/json;charset=utf-8",
    'application/json; charset="UTF-8"',
    "application/json; profile=x",
    "application/merge-patch+json",
  ])("%j is JSON", async (type) => {
    expect(await readJsonBody(post("1", { "content-type": type }), 100)).toMatchObject({
      ok: true,
    });
  });

  test.each([
    "",
    "json",
    "text/json",
    "text/plain",
    "application/jsonx",
    "application/xjson",
    "application/json, text/plain",
    "application/json charset=utf-8",
    "application/json; charset=utf-16",
    "application/json; charset=latin1",
    "application/x-www-form-urlencoded",
  ])("%j is not", async (type) => {
    const read = await readJsonBody(post("1", { "content-type": type }), 100);
    expect(read).toMatchObject({ ok: false, problem: { kind: "wrong_type" } });
  });

  test.each([
    ["gzip", false],
    ["br", false],
    ["gzip, identity", false],
    ["identity", true],
    ["", true],
  ])("in the encoding %j is read: %s", async (encoding, isRead) => {
    const read = await readJsonBody(post("1", { "content-encoding": encoding }), 100);
    expect(read.ok).toBe(isRead);
  });
});

test("what is left of a refused body is read and thrown away, but not without end", async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1_000_000;
      controller.enqueue(new Uint8Array(1_000_000));
    },
  });
  const request = post(endless);
  expect(await readJsonBody(request, 100)).toMatchObject({ problem: { kind: "too_large" } });
  await discardBody(request);
  expect(sent).toBeGreaterThan(10_000_000);
  expect(sent).toBeLessThan(30_000_000);
});
