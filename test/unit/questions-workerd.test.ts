import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import { root } from "../support/build.ts";
import { clinic, school, shop } from "../support/question-catalogs.ts";
import { unanswerable } from "../support/unanswerable.ts";

const NOW = "2026-11-21T12:00:00.000Z";
const answerable = `How many customers are there in each country?
List the names of products sorted by price in descending order.
Which customers have both open and shipped orders?
What is the number of orders per month?
How many orders were placed in the past 30 days?
Which customer has the most orders?
List the names of customers who have no orders.`.split("\n");

const worker = `
import { embeddedTranslator } from "./src/polykomos/queries/translate/translate.ts";
export default { async fetch(request) {
  const asked = await request.json();
  const answers = [];
  for (const each of asked) {
    const now = new Date(each.now);
    answers.push(await embeddedTranslator.translate({ ...each, now, probe: async () => [] }));
  }
  return Response.json(answers);
} };`;

const asked = (["postgres", "mysql"] as const).flatMap((dialect) => [
  ...[...answerable, ...unanswerable.shop.split("\n")].map((text) => ({
    text,
    dialect,
    catalog: shop,
    now: NOW,
  })),
  ...unanswerable.clinic.split("\n").map((text) => ({ text, dialect, catalog: clinic, now: NOW })),
  ...unanswerable.school.split("\n").map((text) => ({ text, dialect, catalog: school, now: NOW })),
]);

let workerd: Miniflare;

beforeAll(async () => {
  const stdin = { contents: worker, resolveDir: root, loader: "ts" as const };
  const bundle = await build({
    stdin,
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  const script = bundle.outputFiles[0]?.text ?? "";
  workerd = new Miniflare({ modules: true, script, compatibilityDate: "2026-01-01" });
});

afterAll(async () => {
  await workerd.dispose();
});

test("a Worker gives the same bytes as Node, in three runs", async () => {
  const here: string[] = [];
  for (const each of asked) {
    const question = { ...each, now: new Date(each.now), probe: async () => [] };
    here.push(JSON.stringify(await embeddedTranslator.translate(question)));
  }
  for (let run = 0; run < 3; run += 1) {
    const body = JSON.stringify(asked);
    const answer = await workerd.dispatchFetch("http://translator/", { method: "POST", body });
    const there: unknown = await answer.json();
    expect(Array.isArray(there) ? there.map((each) => JSON.stringify(each)) : there).toEqual(here);
  }
});
