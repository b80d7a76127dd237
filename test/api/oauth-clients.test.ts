import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decide, newPerson, registerClient } from "../support/oauth.ts";
import {
  type Kept,
  officialClients,
  redirectUrl,
  runAuthorizationScenarios,
} from "../support/oauth-clients.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

const metadataUrl = "https://client.example/metadata.json";

/** The one server elsewhere: the client's, with its metadata document, and a resolver that knows it. */
async function elsewhere(request: Request): Promise<Response> {
  if (request.url.startsWith("https://dns.example/")) {
    return Response.json({ Status: 0, Answer: [{ type: 1, data: "93.184.216.34" }] });
  }
  return Response.json({
    client_id: metadataUrl,
    client_name: "Official client",
    redirect_uris: [redirectUrl],
    token_endpoint_auth_method: "none",
  });
}

let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker({ elsewhere });
});
afterAll(() => worker.stop());

describe.each(Object.entries(officialClients))("%s", (_, official) => {
  test.each([
    ["registering itself", undefined],
    ["with its metadata document", metadataUrl],
  ])("finds its own way to a tool, %s", async (__, metadata) => {
    const person = newPerson(worker);
    const kept: Kept = {};
    const client = await official(
      worker.url,
      kept,
      (asked) => decide(person, asked.href),
      metadata,
    );
    expect(kept.asked?.searchParams.get("client_id")).toBe(metadata ?? kept.client.client_id);
    expect(kept.asked?.searchParams.get("resource")).toBe(`${worker.url}/mcp`);
    expect(await client.call("add", { table: "notes", row: { text: "hello" } })).not.toMatchObject({
      isError: true,
    });
    expect(await client.call("query", { table: "notes" })).toMatchObject({
      structuredContent: { rows: [{ text: "hello" }] },
    });
    await client.close();
  });

  test("comes back with a refresh token, without asking the person", async () => {
    const own = await startPumaWorker();
    const person = newPerson(own);
    const kept: Kept = {};
    const first = await official(own.url, kept, (asked) => decide(person, asked.href));
    await first.close();
    const { access_token: before } = kept.tokens;
    await own.moveClock(2 * 3_600_000);
    delete kept.asked;
    const again = await official(own.url, kept, () => {
      throw new Error("The person was asked again");
    });
    expect(await again.call("list_tables")).not.toMatchObject({ isError: true });
    expect([kept.tokens.access_token === before, kept.asked]).toEqual([false, undefined]);
    await again.close();
    await own.stop();
  });

  test("is told of the person's no", async () => {
    const person = newPerson(worker);
    const kept: Kept = {};
    const said: URL[] = [];
    const attempt = official(worker.url, kept, async (asked) => {
      const back = await decide(person, asked.href, "deny");
      said.push(back);
      return back;
    });
    await expect(attempt).rejects.toThrow();
    expect(said[0]?.searchParams.get("error")).toBe("access_denied");
    expect(kept.tokens).toBeUndefined();
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No port");
  return address.port;
}

test.each(["2025-11-25", "2026-07-28"])(
  "the official authorization scenarios of %s pass against the real consent",
  async (revision) => {
    const port = await freePort();
    const client = await registerClient(worker, {
      redirect_uris: [`http://127.0.0.1:${port}/callback`],
    });
    const person = newPerson(worker);
    const words = ["--url", worker.url, "--client-id", client.id, "--port", String(port)];
    const results = await runAuthorizationScenarios(
      [...words, "--resource", `${worker.url}/mcp`, "--spec-version", revision],
      async (url) => {
        const back = await decide(person, url);
        await (await fetch(back)).text();
      },
    );
    const checks = [...results.values()].flat();
    const ids = checks.map(({ id }) => id);
    expect(ids).toContain("authorization-server-metadata");
    expect(ids).toContain("authorization-server-metadata-cimd");
    expect(ids).toContain("authorization-code-grant");
    expect(checks.filter(({ status }) => status !== "SUCCESS")).toEqual([]);
  },
);
