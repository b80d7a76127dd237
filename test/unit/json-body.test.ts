import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readJsonBody } from "../../src/http/json-body.ts";
import { readForm } from "../../src/http/own-form.ts";
import { discardBody, readBody } from "../../src/http/read-body.ts";
import { jsonDepthMax } from "../../src/lib/json-depth.ts";

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
  expect(sent).toBeGreaterThanOrEqual(100_000_000);
  expect(sent).toBeLessThan(110_000_000);
});

describe("a client that stops in the middle", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Says one thing and then nothing, with its length told or not. */
  function stalled(headers: Record<string, string> = {}): Request {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from('{"a":')),
    });
    return post(body, headers);
  }

  /** What has come of a promise after so many seconds. */
  async function outcomeAfter<Value>(
    seconds: number,
    work: Promise<Value>,
  ): Promise<Value | "waits"> {
    await vi.advanceTimersByTimeAsync(seconds * 1_000);
    return await Promise.race([work, Promise.resolve("waits" as const)]);
  }

  test.each([
    ["with its length told", { "content-length": "100" }],
    ["without a length", {}],
  ])("is waited for a while, and then its body is unreadable: %s", async (_, headers) => {
    const read = readJsonBody(stalled(headers), 65_536);
    expect(await outcomeAfter(10, read)).toBe("waits");
    expect(await outcomeAfter(2, read)).toEqual({
      ok: false,
      problem: { kind: "unreadable", reason: "it came too slowly" },
    });
  });

  test("is waited for longer when more is to come", async () => {
    const read = readBody(stalled({ "content-length": "655360" }), 1_000_000);
    expect(await outcomeAfter(19, read)).toBe("waits");
    expect(await outcomeAfter(2, read)).toMatchObject({ ok: false, problem: "broken_off" });
  });

  test("has sent no form", async () => {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": "100",
    };
    const read = readForm(stalled(headers), 1_000);
    expect(await outcomeAfter(12, read)).toBeNull();
  });

  test("is not waited for when its body is only to be thrown away", async () => {
    const discarded = discardBody(stalled()).then(() => "done");
    expect(await outcomeAfter(9, discarded)).toBe("waits");
    expect(await outcomeAfter(2, discarded)).toBe("done");
  });

  test("or hangs up has sent nothing", async () => {
    const hangUp = () =>
      post(
        new ReadableStream({ pull: (controller) => controller.error(new Error("It hung up")) }),
        { "content-length": "100", "content-type": "application/x-www-form-urlencoded" },
      );
    expect(await readForm(hangUp(), 1_000)).toBeNull();
    expect(await readBody(hangUp(), 1_000)).toMatchObject({ ok: false, problem: "broken_off" });
    await discardBody(hangUp());
  });
});
