import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../support/build.ts";
import { clients } from "../support/mcp-clients.ts";
import { openShell, type Shell, shellExamples } from "../support/shell.ts";
import { type StartedProduct, startProduct } from "../support/started-product.ts";

/** What is written for readers is done, on a product that was started as the README says. */
let product: StartedProduct;
beforeAll(async () => {
  product = await startProduct();
}, 240_000);
afterAll(() => product?.stop());

/** What installs, starts and tests the product, which is what this very run does. */
const notForTheRunningProduct = ["npm ci && npm start\n", "npm cit\n"];

test("every shell example of the README runs, from top to bottom", async () => {
  const examples = shellExamples(readFileSync(join(root, "README.md"), "utf8"));
  expect(examples.filter((each) => notForTheRunningProduct.includes(each))).toEqual(
    notForTheRunningProduct,
  );
  const running = examples.filter((each) => !notForTheRunningProduct.includes(each));
  expect(running.length).toBeGreaterThanOrEqual(2);
  const shell = openShell(product.folder);
  const printed: string[] = [];
  for (const example of running) printed.push(await shell.run(example));
  shell.end();
  const all = printed.join("\n");
  expect(all).toContain('"status":"active"');
  expect(all).toMatch(/PostgreSQL 1\d/);
  expect(all).toContain('"content":"Deploy on Tuesdays."');
  expect(all).not.toContain('"error":');
});

/** All that an agent is told: where the document is. */
async function readOnly(url: string): Promise<string> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return await answer.text();
}

/** Opens every page that was linked in what was printed, as the person would. */
async function openLinksIn(printed: string): Promise<string[]> {
  const links = printed.match(/https?:\/\/[^"\s]+\/view\/[\w-]+/g) ?? [];
  return await Promise.all(
    links.map(async (link) => {
      const page = await fetch(link);
      expect([link, page.status]).toEqual([link, 200]);
      return await page.text();
    }),
  );
}

async function follow(shell: Shell, examples: string[]): Promise<{ all: string; pages: string[] }> {
  let all = "";
  const pages: string[] = [];
  for (const example of examples) {
    // The document says that the token is the last part of the mailed link's path.
    const token = /"dev_magic_link":"[^"]*\/([^"/]+)"/.exec(all)?.[1];
    if (token && example.includes("$TOKEN")) await shell.run(`TOKEN='${token}'`);
    const printed = await shell.run(example);
    pages.push(...(await openLinksIn(printed)));
    all += printed;
  }
  return { all, pages };
}

test("an agent that has only llms.md signs up, stores, queries, updates, restores and opens a link", async () => {
  const document = await readOnly(`${product.url}/llms.md`);
  const examples = shellExamples(document);
  expect(examples.length).toBeGreaterThan(12);
  const shell = openShell(product.folder);
  const { all, pages } = await follow(shell, examples);
  expect(all).not.toContain('"error":');
  expect(all).toContain('"text":"Deploy on Tuesdays"');
  expect(all).toContain('{"count":1}');
  expect(all).toContain('"text":"Deploy on Wednesdays"');
  expect(all).toContain('"value":"German"');
  expect(all).toContain('{"deleted":1}');
  expect(all.match(/\{"revoked":1\}/g)).toHaveLength(2);
  expect(pages).toHaveLength(3);
  expect(pages[0]).toContain("Deploy on Wednesdays");

  const [, endpoint = ""] = /^- MCP: `([^`]+)`/m.exec(document) ?? [];
  const key = (await shell.run('echo "$PUMA_KEY"')).trim();
  shell.end();
  for (const connect of Object.values(clients)) {
    const client = await connect(new URL(endpoint).origin, key);
    const found = await client.call("query", {
      table: "decisions",
      filter: { topic: "deploys" },
    });
    expect(found.structured.rows).toMatchObject([{ text: "Deploy on Tuesdays" }]);
    await client.close();
  }
});
