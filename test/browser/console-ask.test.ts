import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { call, newDatabase, newTenant } from "../support/api.ts";
import { type Browsing, hasBrowser, startBrowser, type Watched } from "../support/browser.ts";
import {
  databaseUrl,
  newAddress,
  seenByReloading,
  signedIn,
  signInWith,
  startConsoleWorker,
} from "../support/console.ts";
import { checkPage, checkState } from "../support/looks.ts";
import { mysqlQuery } from "../support/mysql.ts";
import { shopTables } from "../support/shop.ts";
import { sql, storeSql } from "../support/sql.ts";
import type { RunningWorker } from "../support/worker.ts";

const evil = "<img src=x onerror=alert(1)>";

let worker: RunningWorker;
let browser: Browsing;

/** A database of whoever is signed in, made through the console; its own connection string. */
async function newShopOf(page: Page, engine: "PostgreSQL" | "MySQL"): Promise<string> {
  await page.goto(`${worker.url}/console/databases/new`);
  await page.getByLabel("Name").fill("shop");
  await page.getByRole("radio", { name: engine }).check();
  await page.getByRole("button", { name: "Make it" }).click();
  await page.waitForURL(databaseUrl);
  const show = page.getByRole("button", { name: "Show the password" });
  await seenByReloading(show);
  await show.click();
  await page.getByRole("link", { name: "Hide the password" }).waitFor();
  const url = (await page.locator("#text-url").textContent()) ?? "";
  const run = engine === "MySQL" ? mysqlQuery : sql;
  for (const statement of shopTables[engine === "MySQL" ? "mysql" : "postgres"]) {
    await run(url, statement);
  }
  return url;
}

async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel("In plain English").fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
}

async function fileOf(page: Page, format: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: `${format} of the answer` }).click(),
  ]);
  return readFileSync(await file.path(), "utf8");
}

async function someone(engine: "PostgreSQL" | "MySQL" = "PostgreSQL"): Promise<{
  watched: Watched;
  page: Page;
  url: string;
}> {
  const watched = await browser.open();
  await signInWith(watched, worker.url, newAddress());
  const url = await newShopOf(watched.page, engine);
  return { watched, page: watched.page, url };
}

describe.runIf(hasBrowser("the pages for questions"))("in a browser", () => {
  beforeAll(async () => {
    worker = await startConsoleWorker();
    browser = await startBrowser(worker.url);
  });
  afterAll(async () => {
    await browser.stop();
    await worker.stop();
  });

  test("somebody without a database reads what to do", async () => {
    const watched = await browser.open();
    await signInWith(watched, worker.url, newAddress());
    await watched.page.getByRole("link", { name: "Ask", exact: true }).click();
    await watched.page.getByRole("heading", { name: "No database to ask" }).waitFor();
    await checkPage(watched, "ask-none");
  });

  const engines = ["PostgreSQL", ...(inject("suite").mysql ? ["MySQL"] : [])] as (
    | "PostgreSQL"
    | "MySQL"
  )[];

  test.each(engines)(
    "a question to %s is answered, kept as a file, and asked again",
    async (engine) => {
      const { watched, page } = await someone(engine);
      await page.goto(`${worker.url}/console/ask`);
      if (engine === "PostgreSQL") await checkPage(watched, "ask-databases");
      await page.getByRole("link", { name: "shop" }).click();
      await page.locator("#schema code", { hasText: "customers" }).first().waitFor();
      if (engine === "PostgreSQL") await checkPage(watched, "ask");
      await ask(page, "list the customers");
      await page.getByText("3 rows.").waitFor();
      expect(await page.locator("#sql").textContent()).toMatch(/SELECT/i);
      if (engine === "PostgreSQL") await checkPage(watched, "ask-answer");
      const csv = await fileOf(page, "CSV");
      expect(csv.split("\r\n")[0]).toContain("name");
      expect(csv).toContain("Ada");
      const json = JSON.parse(await fileOf(page, "JSON"));
      expect(json.map((row: { name: string }) => row.name).sort()).toEqual(["Ada", "Bob", "Cyd"]);
      await page.getByRole("link", { name: "Again list the customers" }).first().click();
      expect(await page.getByLabel("In plain English").inputValue()).toBe("list the customers");
      await ask(page, "zqx blorp frobnicate");
      await page.getByRole("heading", { name: "No answer" }).waitFor();
      if (engine === "PostgreSQL") await checkState(watched, "ask-not-understood");
      expect(watched.faults).toEqual([]);
    },
  );

  test("what loses data is shown first, and run only after a yes", async () => {
    const { watched, page, url } = await someone();
    await page.goto(`${worker.url}/console/ask`);
    await page.getByRole("link", { name: "shop" }).click();
    await ask(page, "delete all orders");
    await page.getByText(/Nothing was changed yet\. .* needs your yes, for \w/).waitFor();
    expect(await page.locator("#sql").textContent()).toMatch(/delete from/i);
    expect(await sql(url, "SELECT id FROM orders")).toHaveLength(3);
    await checkState(watched, "ask-confirm");
    await page.getByRole("button", { name: "Run it" }).click();
    await page.getByText("3 rows changed").first().waitFor();
    expect(await sql(url, "SELECT id FROM orders")).toEqual([]);
    await checkState(watched, "ask-changed");
    expect(watched.faults).toEqual([]);
  });

  test("without script a question is asked, said yes to, and kept as a file", async () => {
    const watched = await browser.open({ javaScriptEnabled: false });
    const { page } = watched;
    await signInWith(watched, worker.url, newAddress());
    const url = await newShopOf(page, "PostgreSQL");
    await page.goto(`${worker.url}/console/ask`);
    await page.getByRole("link", { name: "shop" }).click();
    await ask(page, "list the customers");
    await page.getByText("3 rows.").waitFor();
    expect(await fileOf(page, "CSV")).toContain("Ada");
    await ask(page, "delete all orders");
    await page.getByRole("button", { name: "Run it" }).click();
    await page.getByText("3 rows changed").first().waitFor();
    expect(await sql(url, "SELECT id FROM orders")).toEqual([]);
    expect(watched.faults).toEqual([]);
  });

  test("by keyboard alone a question is asked, and what came of it is read next", async () => {
    const { page } = await someone();
    await page.goto(`${worker.url}/console/ask`);
    await page.getByRole("link", { name: "shop" }).press("Enter");
    await page.getByLabel("In plain English").focus();
    await page.keyboard.type("list the customers");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("3 rows.").waitFor();
    await page.locator("#outcome:focus").waitFor();
    await page.keyboard.press("Tab");
    await page.locator("#outcome button:focus").waitFor();
    await page.getByRole("region", { name: "Rows of the answer" }).focus();
    await page.locator("section.scroll:focus").waitFor();
  });

  test("names and values show as text, and no spreadsheet runs them", async () => {
    const { watched, page, url } = await someone();
    await sql(url, `CREATE TABLE "${evil}" (id int PRIMARY KEY, "${evil}" text)`);
    await sql(url, `COMMENT ON TABLE "${evil}" IS '${evil}'`);
    await sql(url, `INSERT INTO customers VALUES (9, '${evil}', 9), (10, '=1+1', 10)`);
    await page.goto(`${worker.url}/console/ask`);
    await page.getByRole("link", { name: "shop" }).click();
    await page.locator("#schema code", { hasText: evil }).first().waitFor();
    await ask(page, "list the customers");
    await page.getByText("5 rows.").waitFor();
    await page.locator("td", { hasText: evil }).waitFor();
    expect(await fileOf(page, "CSV")).toContain("'=1+1");
    await ask(page, `${evil}?`);
    await page.getByText(evil).first().waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    expect(watched.faults).toEqual([]);
  });

  test("a file is only ever read: a form that names a change is refused", async () => {
    const { page, url } = await someone();
    await page.goto(`${worker.url}/console/ask`);
    await page.getByRole("link", { name: "shop" }).click();
    await ask(page, "list the customers");
    await page.getByText("3 rows.").waitFor();
    const question = "delete the orders where total is 5";
    await page
      .locator('form[action$="/download"] input[name="query"]')
      .evaluate((field, text) => field.setAttribute("value", text), question);
    await page.getByRole("button", { name: "CSV of the answer" }).click();
    await page.getByRole("heading", { name: "No answer" }).waitFor();
    expect(await sql(url, "SELECT id FROM orders")).toHaveLength(3);
  });
});

describe("the tables of a database", () => {
  let plain: RunningWorker;
  beforeAll(async () => {
    plain = await startConsoleWorker();
  });
  afterAll(() => plain.stop());

  test("another team's database is not there, over the API and at the console", async () => {
    const at = { url: plain.url };
    const [owner, stranger] = await Promise.all([newTenant(at), newTenant(at)]);
    const { uuid } = await newDatabase(owner);
    const path = `/api/v1/databases/${uuid}/schema`;
    expect((await owner.call("GET", path)).status).toBe(200);
    expect((await stranger.call("GET", path)).status).toBe(404);
    expect((await call("GET", path, at)).status).toBe(401);
    const page = `/console/ask/${uuid}`;
    for (const [{ userId }, status] of [[owner, 200] as const, [stranger, 404] as const]) {
      const [user] = await storeSql("SELECT email FROM users WHERE id = $1", [userId]);
      const person = await signedIn(plain.url, String(user?.email));
      expect((await person.get(page)).status).toBe(status);
    }
  });
});
