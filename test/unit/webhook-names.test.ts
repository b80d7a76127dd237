import { createServer } from "node:http";
import { expect, test } from "vitest";
import { dnsOverHttps, judgeAnswers } from "../../src/lib/resolve.ts";

const a = (data: string) => ({ type: 1, data });
const aaaa = (data: string) => ({ type: 28, data });
const cname = (data: string) => ({ type: 5, data });
const none = { Status: 0 };
const own = ["polykomos.example.net"];

test.each([
  ["a public IPv4 address", [{ Status: 0, Answer: [a("93.184.216.34")] }, none], "public"],
  [
    "a public IPv6 address only",
    [none, { Status: 0, Answer: [aaaa("2606:2800:220::1")] }],
    "public",
  ],
  ["a private one", [{ Status: 0, Answer: [a("10.0.0.1")] }, none], "not_public"],
  [
    "one private among public ones",
    [{ Status: 0, Answer: [a("93.184.216.34"), a("127.0.0.1")] }, none],
    "not_public",
  ],
  [
    "a public A beside a private AAAA",
    [
      { Status: 0, Answer: [a("93.184.216.34")] },
      { Status: 0, Answer: [aaaa("::1")] },
    ],
    "not_public",
  ],
  ["a mapped address", [none, { Status: 0, Answer: [aaaa("::ffff:93.184.216.34")] }], "not_public"],
  [
    "a chain that ends inside",
    [{ Status: 0, Answer: [cname("b.example.com."), a("192.168.1.1")] }, none],
    "not_public",
  ],
  [
    "a chain over an internal name",
    [{ Status: 0, Answer: [cname("metadata.google.internal."), a("93.184.216.34")] }, none],
    "not_public",
  ],
  [
    "a chain to this service",
    [{ Status: 0, Answer: [cname("API.Polykomos.Example.NET."), a("93.184.216.34")] }, none],
    "not_public",
  ],
  [
    "a public chain",
    [{ Status: 0, Answer: [cname("cdn.example.org."), a("93.184.216.34")] }, none],
    "public",
  ],
  ["something that is no address", [{ Status: 0, Answer: [a("localhost")] }, none], "not_public"],
  ["a name that is not there", [{ Status: 3 }, { Status: 3 }], "no_such_name"],
  ["a name without addresses", [none, none], "no_such_name"],
  [
    "a chain that leads nowhere",
    [{ Status: 0, Answer: [cname("x.example.com.")] }, none],
    "no_such_name",
  ],
  [
    "one answer of two missing: the other could be private",
    [{ Status: 2 }, { Status: 0, Answer: [aaaa("2606:2800:220::1")] }],
    "failed",
  ],
  ["an answer without a status", [{}, none], "failed"],
] as const)("%s: %s is %s", (_, answers, kind) => {
  const copies = answers.map((answer) => structuredClone(answer)) as Parameters<
    typeof judgeAnswers
  >[0];
  expect(judgeAnswers(copies, own)).toEqual({ kind });
});

test.each([
  ["is read whole", 10, "public"],
  ["that is far too long is not read to its end", 10_000, "failed"],
] as const)("a resolver's answer that tells no length %s", async (_, records, kind) => {
  const server = createServer((_request, response) => {
    response.write('{"Status":0,"Answer":[');
    for (let left = records; left > 1; left--) response.write(`${JSON.stringify(a("1.1.1.1"))},`);
    response.end(`${JSON.stringify(a("1.1.1.1"))}]}`);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  const resolve = dnsOverHttps(`http://127.0.0.1:${address.port}/`, own);
  expect(await resolve("receiver.example.com")).toEqual({ kind });
  server.closeAllConnections();
  server.close();
});
