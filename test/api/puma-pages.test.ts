import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pumaDeclarations } from "../../src/puma/api.ts";
import { allTools } from "../../src/puma/mcp/tools/all-tools.ts";
import { pumaCodes } from "../../src/puma/rules/code.ts";
import { newAccount, send } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker();
});
afterAll(() => worker.stop());

const pages = ["/", "/docs", "/how-to-use", "/install", "/install/hermes"];

async function textOf(path: string): Promise<string> {
  const { status, text } = await send(worker, "GET", path);
  expect(status).toBe(200);
  return text;
}

/** The texts of a page's shell examples, in order. */
function shellExamples(markdown: string): string[] {
  return [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, example]) => example ?? "");
}

/** The texts of the code blocks of a page that begin with a shell command. */
function shellBlocks(page: string): string[] {
  const blocks = [...page.matchAll(/<pre[^>]*><code>(.*?)<\/code><\/pre>/gs)].map(([, block]) =>
    (block ?? "")
      .replace(/<[^>]+>/g, "")
      .replace(/&(lt|gt|quot|amp|#39|#x27);/g, (_, name) => entities[name] ?? ""),
  );
  return blocks.filter((block) => /^(export|curl) /.test(block));
}

const entities: Record<string, string> = {
  lt: "<",
  gt: ">",
  quot: '"',
  amp: "&",
  "#39": "'",
  "#x27": "'",
};

/** Runs a script that stops at its first failure, and returns what it printed. */
async function bash(script: string, env: Record<string, string> = {}): Promise<string> {
  const words = ["-euo", "pipefail", "-c", script];
  const { stdout } = await promisify(execFile)("bash", words, {
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  return stdout;
}

const nextPart = "=== next ===";

describe("llms.md", () => {
  test("covers what an agent needs, in order, and only what is there", async () => {
    const { headers, text } = await send(worker, "GET", "/llms.md");
    expect(headers.get("content-type")).toBe("text/markdown; charset=utf-8");
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      "What it is",
      "When to use it",
      "Connection details",
      "Prefer MCP for agent clients",
      "REST only from trusted server code",
      "Core REST examples",
      "MCP tools",
      "Revision history",
      "Limits",
      "Behaviour guidance",
    ]);
    expect(text).toContain(worker.url);
    const [, tools = ""] = /^## MCP tools\n(.*?)^## /ms.exec(text) ?? [];
    expect([...tools.matchAll(/^- `(\w+)`: \S.{30,}$/gm)].map(([, name]) => name)).toEqual(
      allTools.map(({ name }) => name),
    );
    const addresses = [...text.matchAll(/http:\/\/127\.0\.0\.1:\d+(\/[\w./-]+)/g)];
    expect(addresses.some(([, path]) => path !== "/mcp")).toBe(true);
    for (const [, path] of addresses) {
      // It takes POST alone, and an example below calls it.
      if (path === "/mcp") continue;
      expect([path, (await send(worker, "GET", path ?? "")).status]).toEqual([path, 200]);
    }
  });

  test("can be followed from its first example to its last", async () => {
    const [askForLink = "", ...others] = shellExamples(await textOf("/llms.md"));
    expect(others.length).toBeGreaterThan(9);
    const asked = await bash(askForLink);
    const token = JSON.parse(asked).dev_magic_link.split("/").at(-1);
    const script = others.map((example) => `echo "${nextPart}"\n${example}`).join("\n");
    const printed = await bash(script, { TOKEN: token, PUMA_URL: worker.url });
    const parts = printed.split(`${nextPart}\n`).slice(1);
    expect(parts).toHaveLength(others.length);
    expect(printed).toContain('"structuredContent":{"_pumadb_safety":');
    expect(printed).toContain('"text":"Deploy on Tuesdays"');
    expect(printed).toContain('{"count":1}');
    expect(printed).toContain('"text":"Deploy on Wednesdays"');
    expect(printed).toContain('"reviewed":true');
    expect(printed).toContain('"action":"update_where"');
    expect(printed).toContain('{"deleted":1}');
    expect(printed).toContain('"filename":"deploys.md"');
    expect(printed.match(/\{"revoked":1\}/g)).toHaveLength(2);
    const restored = /\{"row":\{.*\}\}$/m.exec(parts.at(-1) ?? "")?.[0] ?? "{}";
    expect(JSON.parse(restored).row).toMatchObject({ text: "Deploy on Tuesdays" });
  });

  test("tells the limits and times that are in force", async () => {
    const other = await startPumaWorker({
      vars: { PUMA_TABLES_MAX: "7", LINK_TTL_SECONDS: "300", PUBLIC_URL: "https://puma.example/" },
    });
    const { text } = await send(other, "GET", "/llms.md");
    expect(text).toContain("- 7 tables,");
    expect(text).toContain("for 5 minutes");
    expect(text).toContain("- Base URL: `https://puma.example`");
    await other.stop();

    const short = await startPumaWorker({ vars: { LINK_TTL_SECONDS: "20" } });
    expect((await send(short, "GET", "/llms.md")).text).toContain("for 20 seconds");
    expect((await send(short, "GET", "/")).text).toContain("for 20 seconds");
    await short.stop();
  });
});

describe("every page", () => {
  test.each(pages)("%s is public, self-contained and strict", async (path) => {
    const { status, headers, text } = await send(worker, "GET", path);
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("x-robots-tag")).toBeNull();
    expect(text).not.toMatch(/<script(?![^>]* src="\/assets\/)/);
    expect(text).not.toMatch(/ (?:style|on\w+)="/);
    expect((await send(worker, "POST", path)).status).toBe(405);
    expect((await send(worker, "HEAD", path)).status).toBe(200);
  });

  test("leads only where something is", async () => {
    for (const path of [...pages, "/llms.md", "/llms.txt"]) {
      const text = await textOf(path);
      const own = [...text.matchAll(/(?:href="|\]\()(?:http:\/\/127\.0\.0\.1:\d+)?(\/[^")#]*)/g)];
      // The text for machines writes its addresses out.
      if (!path.startsWith("/llms.")) expect([path, own.length > 0]).toEqual([path, true]);
      for (const [, target] of own) {
        // Polykomos stands on the same host, but not in this Worker.
        if (!target || /^\/(api|polykomos)(\/|$)/.test(target)) continue;
        const { status, headers } = await send(worker, "GET", target);
        // A page for those who signed in leads to where one does.
        if (status === 303) expect(headers.get("location")).toMatch(/^\/oauth\//);
        expect([path, target, status === 303 ? 200 : status]).toEqual([path, target, 200]);
      }
    }
  });

  test("the reference has every operation and every error code", async () => {
    const text = await textOf("/docs");
    for (const { operationId } of pumaDeclarations) expect(text).toContain(`id="${operationId}"`);
    for (const code of Object.keys(pumaCodes)) expect(text).toContain(`<code>${code}</code>`);
    expect(text).not.toContain("undefined");
    expect(text).not.toContain("[object");
  });

  test("the reference's samples are calls that the API takes", async () => {
    const { key } = await newAccount(worker);
    const env = { PUMA_KEY: key, ID: "made-up", TOKEN: "made-up" };
    const samples = shellBlocks(await textOf("/docs"));
    expect(samples).toHaveLength(pumaDeclarations.length);
    for (const sample of samples) {
      const answer = await bash(`${sample} -o /dev/null -w "%{http_code}"`, env);
      // What they name is made up: rows and tokens may be unknown, and a filter may match several rows.
      expect([sample, answer]).toEqual([sample, expect.stringMatching(/^(20[01]|401|404|409)$/)]);
    }
  });

  test("the guides' shell examples run", async () => {
    const { key } = await newAccount(worker);
    for (const path of ["/how-to-use", "/install", "/install/hermes"]) {
      const examples = shellBlocks(await textOf(path));
      expect(examples.length).toBeGreaterThan(0);
      await bash(examples.join("\n"), { PUMA_URL: worker.url, PUMA_KEY: key });
    }
  });

  test("llms.txt is an index in plain text", async () => {
    const { headers, text } = await send(worker, "GET", "/llms.txt");
    expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(text).toMatch(/^# pumaDB\n\n> .+\n\n- \[.+\]\(http.+\/llms\.md\)/);
  });
});
