import { expect, inject, test } from "vitest";
import { callTool, connect, decide, newPerson } from "../support/oauth.ts";
import { type Kept, officialClients } from "../support/oauth-clients.ts";
import { startWorker } from "../support/worker.ts";

/** The Worker as it is deployed, with everything else that it does. */
test("people connect official clients to the whole Worker, and disconnect them", async () => {
  const { script, postgres, neonEndpoint } = inject("suite");
  const worker = await startWorker({
    script,
    vars: {
      STORE_URL: postgres.storeUrl,
      NEON_ENDPOINT: neonEndpoint,
      POOL_TARGET: "0",
      DEV_MODE: "true",
    },
  });
  const person = newPerson(worker);
  for (const official of Object.values(officialClients)) {
    const kept: Kept = {};
    const client = await official(worker.url, kept, (asked) => decide(person, asked.href));
    expect(await client.call("list_tables")).not.toMatchObject({ isError: true });
    await client.close();
  }
  const { accessToken } = await connect(worker, { person });
  const page = await person.get("/account/clients");
  expect(page.text.match(/<span>Official client<\/span>/g)?.length).toBe(2);
  const [, grant = ""] = accessToken.split(".");
  const proof = /name="proof" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
  await person.post("/account/clients", { action: "disconnect", grant, proof });
  expect((await callTool(worker, accessToken)).status).toBe(401);
  await worker.stop();
});
