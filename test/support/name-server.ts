import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A DNS-over-HTTPS service with JSON answers that knows the names a test gives it. */
export type NameServer = {
  url: string;
  /** Records by name; a name without any does not exist. */
  names: Map<string, NameRecord[]>;
  /** The names that were asked for. */
  asked: string[];
  /** Answers 500 from now on, or again as usual. */
  fail(fails: boolean): void;
  stop(): Promise<void>;
};

export type NameRecord = { type: "A" | "AAAA" | "CNAME"; data: string };

const typeNumbers = { A: 1, CNAME: 5, AAAA: 28 } as const;

export async function startNameServer(): Promise<NameServer> {
  const names = new Map<string, NameRecord[]>();
  const asked: string[] = [];
  let fails = false;
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://host");
    const name = searchParams.get("name") ?? "";
    const wanted = searchParams.get("type");
    asked.push(name);
    if (fails) {
      response.writeHead(500).end();
      return;
    }
    const records = names.get(name);
    const found = (records ?? []).filter(({ type }) => type === wanted || type === "CNAME");
    const answer = found.map(({ type, data }) => ({ name, type: typeNumbers[type], TTL: 1, data }));
    response.writeHead(200, { "content-type": "application/dns-json" });
    response.end(JSON.stringify({ Status: records ? 0 : 3, Answer: answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query`,
    names,
    asked,
    fail(next) {
      fails = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
