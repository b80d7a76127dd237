import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { createPolykomos, type Polykomos, PolypumaError } from "../../sdk/src/index.ts";
import { newTenant, type Tenant } from "../support/api.ts";
import { root } from "../support/build.ts";
import { type Account, newAccount } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";
import { projectWithSdk, type SdkProject } from "../support/sdk-package.ts";

const { url } = inject("suite");

let puma: PumaWorker;
let account: Account;
let tenant: Tenant;
let polykomos: Polykomos;
let project: SdkProject;
beforeAll(async () => {
  const opened = startPumaWorker();
  [tenant, project, puma] = await Promise.all([newTenant(), projectWithSdk(), opened]);
  account = await newAccount(puma);
  polykomos = createPolykomos({ url, key: tenant.key });
}, 120_000);
afterAll(async () => {
  project?.remove();
  await puma?.stop();
});

function programsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, program]) => program ?? "");
}

test("the example of the SDK's README fits its types, and does what it says", async () => {
  const programs = programsOf(readFileSync(join(root, "sdk", "README.md"), "utf8"));
  expect(programs).toHaveLength(1);
  const printed = await project.run(programs.join("\n"), {
    POLYKOMOS_URL: url,
    POLYKOMOS_KEY: tenant.key,
    PUMADB_URL: puma.url,
    PUMADB_KEY: account.key,
  });
  const lines = printed.trim().split("\n");
  expect(lines[0]).toMatch(/^postgresql:\/\/u\w+:[^*]+@/);
  expect(lines[1]).toMatch(/^409 name_taken [0-9a-f-]{36} req_\w+$/);
  expect(lines.slice(2)).toEqual(["sdk-example active", "Tuesday"]);
}, 120_000);

describe("against the API itself", () => {
  test("the same write, made again with its key, is the same database", async () => {
    const write = { body: { name: "sdk-again" }, idempotencyKey: crypto.randomUUID() };
    const [first, again] = await Promise.all([
      polykomos.createDatabase(write),
      polykomos.createDatabase(write),
    ]);
    expect(again.data.uuid).toBe(first.data.uuid);
  });

  test("a list is walked through page by page, each item once", async () => {
    const names = ["sdk-a", "sdk-b", "sdk-c", "sdk-d", "sdk-e"];
    for (const name of names) {
      await polykomos.createBlueprint({ body: { name, sql_content: "SELECT 1;" } });
    }
    const walked: string[] = [];
    for await (const each of polykomos.each("listBlueprints", { query: { limit: 2 } })) {
      if (!each.is_system_blueprint) walked.push(each.name);
    }
    expect(walked).toEqual(names.toReversed());
  });

  test("a refusal names the field, and the request", async () => {
    const call = polykomos.createDatabase({ body: { name: "Not A Name" } });
    const error = await call.catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(PolypumaError);
    expect(error).toMatchObject({
      code: "invalid_field",
      status: 422,
      field: "name",
      requestId: expect.stringMatching(/^req_/),
    });
  });

  test("a database that is not there never gets ready", async () => {
    const uuid = crypto.randomUUID();
    await expect(polykomos.waitUntilReady(uuid)).rejects.toMatchObject({
      name: "NotReadyError",
      uuid,
    });
  });
});

test("it runs in a Worker, and needs nothing of Node's", async () => {
  const built = await build({
    stdin: {
      contents: `import { createPolykomos } from "@polypuma/sdk";
        export default { async fetch(request, { url, key }) {
          return Response.json(await createPolykomos({ url, key }).listTeams());
        } };`,
      resolveDir: project.folder,
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
  });
  const worker = new Miniflare({
    modules: true,
    script: built.outputFiles[0]?.text ?? "",
    compatibilityDate: "2026-07-22",
    cf: false,
    bindings: { url, key: tenant.key },
  });
  onTestFinished(() => worker.dispose());
  const answer = await worker.dispatchFetch("http://sdk.test/");
  expect(await answer.json()).toMatchObject({ data: [{ id: tenant.teamId }] });
});
