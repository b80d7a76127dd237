import { execFile, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { basePath } from "../../src/polykomos/document.ts";
import { callOf } from "../../src/site/calls.ts";
import { type Language, languages, sampleOf } from "../../src/site/samples.ts";
import { admin, newDatabase, type Tenant } from "../support/api.ts";
import { polykomosDeclarations } from "../support/declarations.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { startWebhookWorld, type WebhookWorld } from "../support/webhooks.ts";

/** Polykomos's pages for everybody, and every sample in them. */
let url = "";
async function page(path: string): Promise<string> {
  const answer = await fetch(url + path);
  expect([path, answer.status]).toEqual([path, 200]);
  return await answer.text();
}

let folder = "";
let here: WebhookWorld;
let receiver: Receiver;
beforeAll(async () => {
  here = await startWebhookWorld({ POLYKOMOS_HOST: "polykomos.test" });
  receiver = await startReceiver();
  url = here.url;
  folder = mkdtempSync(join(tmpdir(), "polypuma-samples-"));
  // Not every machine has uuidgen, which the samples call.
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const uuidgen = "#!/bin/sh\nexec cat /proc/sys/kernel/random/uuid\n";
  writeFileSync(join(bin, "uuidgen"), uuidgen);
  chmodSync(join(bin, "uuidgen"), 0o755);
});
afterAll(async () => {
  await here?.stop();
  await receiver?.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Env = Record<string, string>;

async function run(command: string, words: string[], env: Env): Promise<string> {
  const path = `${process.env.PATH}:${join(folder, "bin")}`;
  const { stdout } = await promisify(execFile)(command, words, {
    env: { ...process.env, PATH: path, ...env },
    timeout: 60_000,
  });
  return stdout;
}

const bash = (script: string, env: Env) => run("bash", ["-euo", "pipefail", "-c", script], env);

function shellExamples(markdown: string): string {
  return [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text).join("\n");
}

test.each([
  ["/polykomos", "A real database is one call away."],
  ["/api", "Polykomos API reference"],
  ["/guides/traditional", "A fresh database for each CI run"],
  ["/guides/agents", "Let retries be harmless"],
])("%s is a page with a strict policy and nothing from elsewhere", async (path, words) => {
  const answer = await fetch(url + path);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  const text = await answer.text();
  expect(text).toContain(words);
  const loaded = [...text.matchAll(/<(?:script|link|img)[^>]*?(?:src|href)="([^"]+)"/g)];
  expect(loaded.length).toBeGreaterThan(2);
  for (const [, address = ""] of loaded) {
    expect(address).toMatch(/^\/guides\/assets\//);
    expect((await fetch(url + address)).status).toBe(200);
  }
  const links = [...text.matchAll(/<a [^>]*href="(\/[^"#]*)/g)];
  expect(links.length).toBeGreaterThan(2);
  for (const [, address = ""] of links) {
    const linked = await fetch(url + address, { redirect: "manual" });
    expect([address, linked.status < 400]).toEqual([address, true]);
  }
});

test("the reference has every operation, with a sample in each language", async () => {
  const text = await page("/api");
  for (const { operationId } of polykomosDeclarations) {
    expect(text).toContain(`id="${operationId}"`);
    for (const language of languages) {
      expect(text).toContain(`id="${operationId}-${language.toLowerCase()}"`);
    }
  }
});

test("llms.md can be followed from its first example to its last", async () => {
  const tenant = await here.newTenant();
  const printed = await bash(`${shellExamples(await page("/api/llms.md"))}\necho "$DATABASE_URL"`, {
    POLYKOMOS_KEY: tenant.key,
  });
  expect(printed).toMatch(/"destroy_scheduled_at":/);
  expect(printed).toMatch(/postgresql:\/\/\S+\n$/);
});

test.each(["/guides/traditional", "/guides/agents"])("the examples of %s run", async (path) => {
  const tenant = await here.newTenant();
  const decoded = (await page(path))
    .replaceAll(/<[^>]+>/g, "")
    .replaceAll("&quot;", '"')
    .replaceAll(/&#(?:39|x27);/g, "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
  expect(decoded).toContain("curl");
  const { agentsGuide, traditionalGuide } = await import("../../src/site/texts/guides.ts");
  const markdown = path.endsWith("agents") ? agentsGuide(url) : traditionalGuide(url);
  for (const line of shellExamples(markdown).split("\n")) expect(decoded).toContain(line);
  await bash(shellExamples(markdown), { POLYKOMOS_KEY: tenant.key });
});

/** What the ids in the samples stand for: a world in which every sample works. */
async function world(tenant: Tenant): Promise<Env> {
  const database = await newDatabase(tenant);
  const post = (path: string, body: Record<string, unknown>) => made(tenant, path, body);
  const endpoint = await post("/api/v1/webhook_endpoints", { url: receiver.url() });
  const blueprint = await post("/api/v1/blueprints", {
    name: "Samples",
    sql_content: "CREATE TABLE IF NOT EXISTS guests (id int PRIMARY KEY)",
  });
  const application = await post(`/api/v1/databases/${database.uuid}/blueprint_applications`, {
    blueprint_uuid: blueprint.uuid,
  });
  const delivery = await post(`/api/v1/webhook_endpoints/${endpoint.id}/test_deliveries`, {});
  const key = await post("/api/v1/keys", { name: "other", permissions: ["databases:read"] });
  const operations = await tenant.call("GET", "/api/v1/operations");
  const member = await here.newTenant();
  const joining = { user_id: member.userId, role: "member" };
  await admin("POST", `/teams/${tenant.teamId}/members`, { url, body: joining });
  return {
    POLYKOMOS_KEY: tenant.key,
    DATABASE_UUID: database.uuid,
    BLUEPRINT_UUID: blueprint.uuid,
    WEBHOOK_ENDPOINT_ID: String(endpoint.id),
    DELIVERY_ID: String(delivery.id),
    OPERATION_ID: String(operations.body.data[0].id),
    BLUEPRINT_APPLICATION_ID: String(application.id),
    KEY_ID: String(key.id),
    TEAM_ID: String(tenant.teamId),
    USER_ID: String(member.userId),
  };
}

async function made(tenant: Tenant, path: string, body: Record<string, unknown>) {
  const answer = await tenant.call("POST", path, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body.data;
}

/** An invitation is answered or withdrawn once, so each sample is given its own. */
async function invitationFor(operationId: string, tenant: Tenant): Promise<Env> {
  if (!operationId.endsWith("Invitation") || operationId === "createInvitation") return {};
  if (operationId === "withdrawInvitation") {
    const email = `${randomUUID()}@example.com`;
    const own = await made(tenant, `/api/v1/teams/${tenant.teamId}/invitations`, { email });
    return { INVITATION_ID: own.id };
  }
  const host = await here.newTenant();
  const me = await tenant.call("GET", "/api/v1/me");
  const { email } = me.body.data.user;
  const sent = await made(host, `/api/v1/teams/${host.teamId}/invitations`, { email });
  return { INVITATION_ID: sent.id };
}

/** Deletes come last, so that what they delete is there for the others. */
const inUsefulOrder = polykomosDeclarations.toSorted(
  (one, other) => Number(one.method === "delete") - Number(other.method === "delete"),
);

const mark = "@@ next @@";

/** Runs the files one after the other in one interpreter, each in its environment. */
const runners: Record<"curl" | "Python" | "JavaScript", { ending: string; run: string[] }> = {
  curl: {
    ending: "sh",
    run: [
      "bash",
      "-euo",
      "pipefail",
      "-c",
      `for file in "$@"; do ( source "$file.env"; source "$file" ); echo; echo "${mark}"; done`,
      "runner",
    ],
  },
  Python: {
    ending: "py",
    run: [
      "python3",
      "-c",
      `import os, runpy, sys
for file in sys.argv[1:]:
    for line in open(file + ".env"):
        name, value = line.removeprefix("export ").strip().split("=", 1)
        os.environ[name] = value
    runpy.run_path(file)
    print("${mark}")`,
    ],
  },
  JavaScript: {
    ending: "mjs",
    run: [
      process.execPath,
      "--input-type=module",
      "-e",
      `import { readFileSync } from "node:fs";
for (const file of process.argv.slice(1)) {
  for (const [, name, value] of readFileSync(file + ".env", "utf8").matchAll(/^export (\\w+)=(.*)$/gm)) process.env[name] = value;
  await import(file);
  console.log("${mark}");
}`,
    ],
  },
};

describe.each(Object.entries(runners))("each sample in %s", (language, { ending, run: words }) => {
  test("runs as it stands, and prints the answer", async () => {
    const tenant = await here.newTenant();
    const env = await world(tenant);
    const files: string[] = [];
    for (const [at, declaration] of inUsefulOrder.entries()) {
      const call = callOf(basePath, declaration);
      const own = await invitationFor(declaration.operationId, tenant);
      const sample = sampleOf(language as Language, url, call)
        .replace("https://example.com/hooks", receiver.url("/hooks"))
        .replace("curl -sS", "curl -sS --fail-with-body");
      const file = join(folder, `run${at}.${ending}`);
      const variables = Object.entries({ ...env, ...own });
      writeFileSync(file, `${sample}\n`);
      writeFileSync(`${file}.env`, variables.map(([k, v]) => `export ${k}=${v}\n`).join(""));
      files.push(file);
    }
    const [command = "", ...rest] = words;
    const printed = await run(command, [...rest, ...files], {});
    const answers = printed.split(`${mark}\n`).slice(0, -1);
    expect(answers.length).toBe(inUsefulOrder.length);
    for (const [at, answer] of answers.entries()) {
      expect(answer, inUsefulOrder[at]?.operationId).toContain("request_id");
    }
  }, 180_000);
});

const checkers: Record<"PHP" | "Ruby" | "Go", [string, string[], string]> = {
  PHP: ["php", ["-l"], "php"],
  Ruby: ["ruby", ["-wc"], "rb"],
  Go: ["gofmt", ["-e", "-l"], "go"],
};

describe.each(Object.entries(checkers))(
  "each sample in %s",
  (language, [command, words, ending]) => {
    const isThere = spawnSync(command, ["--help"], { stdio: "ignore" }).error === undefined;
    if (!isThere)
      console.warn(`There is no ${command}: the samples in ${language} are not checked`);
    test.skipIf(!isThere)(
      "is a program of that language",
      async () => {
        for (const [at, declaration] of inUsefulOrder.entries()) {
          const call = callOf(basePath, declaration);
          const file = join(folder, `sample${at}.${ending}`);
          writeFileSync(file, `${sampleOf(language as Language, url, call)}\n`);
          const printed = await run(command, [...words, file], {});
          if (language === "Go") expect(printed, "gofmt would change it").toBe("");
        }
      },
      120_000,
    );
  },
);

test("on its own host Polykomos's page stands at the root; on every other pumaDB's leads to it", async () => {
  const rootOn = (host: string) =>
    run("curl", ["-sS", "--fail", "-H", `Host: ${host}`, `${url}/`], {});
  expect(await rootOn("polykomos.test")).toContain("A real database is one call away.");
  const shared = await rootOn(new URL(url).host);
  expect(shared).toContain('href="/api"');
  expect(shared).toContain('href="/polykomos"');
});
