import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
import type { RunningWorker } from "../support/worker.ts";

let worker: RunningWorker;
let browser: Browsing;

const first = `-- Customers, one table for each shop
CREATE TABLE IF NOT EXISTS {{table:ident}} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  city text DEFAULT 'Berlin'
);
INSERT INTO {{table:ident}} (name) VALUES ({{customer}});`;

/** A name, a text, a comment and a literal that would run, were they not text. */
const hostile = {
  name: `<img src=x onerror="alert('name')">`,
  sql: `-- </pre><script>alert("comment")</script>
CREATE TABLE IF NOT EXISTS t (a text);
INSERT INTO t VALUES ('</textarea><script>alert("literal")</script>');`,
  description: `"><script>alert("description")</script>`,
};

describe.runIf(hasBrowser("the console's blueprints"))("in a browser", () => {
  beforeAll(async () => {
    worker = await startConsoleWorker();
    browser = await startBrowser(worker.url);
  });
  afterAll(async () => {
    await browser.stop();
    await worker.stop();
  });

  async function signedInPage(script = true): Promise<Watched> {
    const watched = await browser.open({ javaScriptEnabled: script });
    await signInWith(watched, worker.url, newAddress());
    return watched;
  }

  /** A database, and the URL by which it is reached. */
  async function makeDatabase({ page }: Watched): Promise<string> {
    await page.goto(`${worker.url}/console/databases/new`);
    await page.getByLabel("Name").fill("shop");
    await page.getByRole("radio", { name: "PostgreSQL" }).check();
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("button", { name: "Show the password" }).click();
    await page.getByRole("link", { name: "Hide the password" }).waitFor();
    return (await page.locator("#text-url").textContent()) ?? "";
  }

  test("one is written with an error told beside its line, mended, rehearsed and applied", async () => {
    const watched = await signedInPage();
    const { page } = watched;
    const url = await makeDatabase(watched);
    await page.getByRole("link", { name: "Blueprints" }).click();
    await page.getByText("has no blueprint yet").waitFor();
    await checkPage(watched, "blueprints-none");
    await page.getByRole("link", { name: "New blueprint" }).first().click();
    await checkPage(watched, "blueprint-new");

    // What is typed is checked by itself, and the code stands behind the line it is about.
    await page.locator("#field-name").fill("customers");
    await page.locator("#field-sql_content").fill(`${first}\nDROP DATABASE shop;`);
    const finding = page.locator("#findings li[data-code=drop_database]");
    await finding.waitFor();
    expect(await finding.getAttribute("data-line")).toBe("8");
    await page.locator(".editor .mark", { hasText: "drop_database" }).waitFor();
    expect(await page.locator(".editor .t-keyword").count()).toBeGreaterThan(8);
    // The variables that the SQL names have come by themselves.
    const names = page.locator("input[name=v_name]");
    await page.waitForFunction("document.querySelectorAll('input[name=v_name]').length === 3");
    expect(await names.first().inputValue()).toBe("table");
    expect(await names.nth(1).inputValue()).toBe("customer");
    await checkState(watched, "blueprint-error");
    await page.getByRole("button", { name: "Make the blueprint" }).click();
    await page.waitForLoadState();
    await page.locator("#findings li[data-code=drop_database]").waitFor();
    expect(await page.locator("#field-sql_content").inputValue()).toBe(
      `${first}\nDROP DATABASE shop;`,
    );

    await page.locator("#field-sql_content").fill(first);
    await page.locator("#findings-said").getByText("valid").waitFor();
    await checkState(watched, "blueprint-mended");
    await page.getByRole("button", { name: "Make the blueprint" }).click();
    await page.getByText("The blueprint is made").waitFor();
    await checkPage(watched, "blueprint");

    await page.getByRole("link", { name: "Apply…" }).click();
    await page.locator("#field-value_table").fill("customers");
    await checkPage(watched, "blueprint-apply");
    await page.getByRole("button", { name: "Dry run" }).click();
    await page.getByText("customer is required").waitFor();
    expect(await page.locator("#field-value_table").inputValue()).toBe("customers");
    await checkState(watched, "blueprint-apply-problem");
    await page.locator("#field-value_customer").fill("O'Hara <b>");
    await page.getByRole("button", { name: "Dry run" }).click();
    await page.getByText("It would work. Nothing was changed.").waitFor();
    await checkState(watched, "blueprint-dry-run");
    await expect(rowsOf(url, "customers")).rejects.toThrow("does not exist");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("It is applied.").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(2);
    await checkPage(watched, "blueprint-applied");
    expect(await rowsOf(url, "customers")).toEqual([
      { id: "1", name: "O'Hara <b>", city: "Berlin" },
    ]);
    expect(watched.faults).toEqual([]);
  });

  test("one is changed, its versions are compared, and it is deleted", async () => {
    const watched = await signedInPage();
    const { page } = watched;
    await page.goto(`${worker.url}/console/blueprints/new`);
    await page.locator("#field-name").fill("customers");
    await page.locator("#field-sql_content").fill(first);
    await page.locator("#findings-said").getByText("valid").waitFor();
    await page.getByRole("button", { name: "Make the blueprint" }).click();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.locator("#field-sql_content").fill(first.replace("'Berlin'", "'Paris'"));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("It is saved.").waitFor();
    await page.getByRole("link", { name: "Compare with 1" }).click();
    await page.getByText("-  city text DEFAULT 'Berlin'").waitFor();
    await page.getByText("+  city text DEFAULT 'Paris'").waitFor();
    await checkPage(watched, "blueprint-diff");
    await page.goto(`${worker.url}/console/blueprints`);
    await checkPage(watched, "blueprints");
    await page.getByRole("link", { name: "customers" }).click();
    await page.getByRole("link", { name: "Delete this blueprint…" }).click();
    await checkPage(watched, "blueprint-delete");
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.getByText("The blueprint is deleted").waitFor();
    expect(watched.faults).toEqual([]);
  });

  test("the colours stay on the text however it is scrolled", async () => {
    const watched = await signedInPage();
    const { page } = watched;
    await page.goto(`${worker.url}/console/blueprints/new`);
    const line = (at: number) => `INSERT INTO t VALUES (${at}, '${"long ".repeat(60)}');`;
    const text = Array.from({ length: 80 }, (_, at) => line(at)).join("\n");
    const area = page.locator("#field-sql_content");
    await area.fill(text);
    await area.evaluate("(area) => { area.scrollTop = 1e6; area.scrollLeft = 1e6; }");
    await page.waitForFunction(
      "document.querySelector('.editor code').style.transform !== 'translate(0px, 0px)'",
    );
    const places = await page.evaluate(`(() => {
      const area = document.querySelector(".editor textarea");
      const sheet = document.querySelector(".editor code").getBoundingClientRect();
      const box = area.getBoundingClientRect();
      const style = getComputedStyle(area);
      const left = box.left + area.clientLeft + parseFloat(style.paddingLeft) - area.scrollLeft;
      const top = box.top + area.clientTop + parseFloat(style.paddingTop) - area.scrollTop;
      const lineHeight = parseFloat(style.lineHeight);
      const textHeight = area.scrollHeight - 2 * parseFloat(style.paddingTop);
      return {
        left: sheet.left - left, top: sheet.top - top,
        lines: textHeight / lineHeight, scrolled: area.scrollTop * area.scrollLeft,
        ofLine: sheet.height / lineHeight,
      };
    })()`);
    const { left, top, lines, ofLine, scrolled } = places as Record<string, number>;
    expect(scrolled).toBeGreaterThan(0);
    expect(Math.abs(left ?? 9)).toBeLessThan(1);
    expect(Math.abs(top ?? 9)).toBeLessThan(1);
    expect(lines).toBeCloseTo(80, 0);
    expect(ofLine).toBeCloseTo(80, 0);
    await checkState(watched, "blueprint-long");
  });

  test("one that fails says which statement, and leaves nothing", async () => {
    const watched = await signedInPage();
    const { page } = watched;
    const url = await makeDatabase(watched);
    await page.goto(`${worker.url}/console/blueprints/new`);
    await page.locator("#field-name").fill("broken");
    await page
      .locator("#field-sql_content")
      .fill("CREATE TABLE IF NOT EXISTS kept (a int);\nINSERT INTO missing VALUES (1);");
    await page.getByRole("button", { name: "Make the blueprint" }).click();
    await page.getByRole("link", { name: "Apply…" }).click();
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.getByText("Nothing of it stays in the database.").waitFor();
    await page.locator("td", { hasText: "failed" }).waitFor();
    await page.locator("td", { hasText: "undone" }).waitFor();
    await checkState(watched, "blueprint-failed");
    await expect(rowsOf(url, "kept")).rejects.toThrow("does not exist");
  });

  test("what somebody wrote is shown as text wherever it is shown", async () => {
    const watched = await signedInPage();
    const { page } = watched;
    await page.goto(`${worker.url}/console/blueprints/new`);
    await page.locator("#field-name").fill(hostile.name);
    await page.locator("#field-description").fill(hostile.description);
    await page.locator("#field-sql_content").fill(hostile.sql);
    await page.locator("#findings-said").getByText("valid").waitFor();
    await page.getByRole("button", { name: "Make the blueprint" }).click();
    await page.getByRole("heading", { name: hostile.name }).waitFor();
    expect(await page.locator("#sql code").textContent()).toBe(`${hostile.sql}\n`);
    const place = new URL(page.url()).pathname;
    for (const path of [`${place}/edit`, `${place}/apply`, `${place}/delete`, "/console/audit"]) {
      await page.goto(`${worker.url}${path}`);
    }
    await page.goto(`${worker.url}${place}/edit`);
    expect(await page.locator("#field-sql_content").inputValue()).toBe(hostile.sql);
    await page.locator("#field-sql_content").fill(hostile.sql.replace("comment", "changed"));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "Compare with 1" }).click();
    await page.getByText(`+-- </pre><script>alert("changed")</script>`).waitFor();
    await page.goto(`${worker.url}/console/blueprints`);
    await page.getByRole("link", { name: hostile.name }).waitFor();
    expect(watched.faults).toEqual([]);
  });

  test("two who edit at once: the second is told, and nothing is lost", async () => {
    const watched = await signedInPage();
    const { page, context } = watched;
    await page.goto(`${worker.url}/console/blueprints/new`);
    await page.locator("#field-name").fill("shared");
    await page.locator("#field-sql_content").fill("CREATE TABLE IF NOT EXISTS one (a int);");
    await page.getByRole("button", { name: "Make the blueprint" }).click();
    await page.getByRole("link", { name: "Edit" }).click();
    const other = await context.newPage();
    await other.goto(page.url());
    await other.locator("#field-sql_content").fill("CREATE TABLE IF NOT EXISTS two (a int);");
    await other.getByRole("button", { name: "Save" }).click();
    await other.getByText("It is saved.").waitFor();
    const mine = "CREATE TABLE IF NOT EXISTS three (a int);";
    await page.locator("#field-sql_content").fill(mine);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Somebody has made version 2 since you opened this").waitFor();
    expect(await page.locator("#field-sql_content").inputValue()).toBe(mine);
    await checkState(watched, "blueprint-conflict");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("It is saved.").waitFor();
    await page.getByRole("rowheader", { name: "Version 3" }).waitFor();
  });

  test("a form that is sent twice makes one; filled in otherwise it makes another", async () => {
    const person = await signedIn(worker.url);
    const sent = (name: string) => ({
      request: "one-page",
      name,
      sql_content: "CREATE TABLE IF NOT EXISTS one (a int);",
    });
    const places: (string | null)[] = [];
    for (const name of ["first", "first", "second"]) {
      const answer = await person.post("/console/blueprints", sent(name));
      expect(answer.status).toBe(303);
      places.push(answer.headers.get("location"));
    }
    expect(places[1]).toBe(places[0]);
    expect(places[2]).not.toBe(places[0]);
  });

  test("without script one is checked, made and applied; a ready one is copied", async () => {
    const watched = await signedInPage(false);
    const { page } = watched;
    await page.goto(`${worker.url}/console/databases/new`);
    await page.getByLabel("Name").fill("plain");
    await page.getByRole("button", { name: "Make it" }).click();
    await page.waitForURL(databaseUrl);
    await seenByReloading(page.getByRole("button", { name: "Show the password" }));
    await page.goto(`${worker.url}/console/blueprints/new`);
    await page.locator("#field-name").fill("plain");
    await page.locator("#field-sql_content").fill("SELEC 1;");
    await page.getByRole("button", { name: "Check it" }).click();
    await page.locator("#findings li[data-code=syntax]").first().waitFor();
    await page
      .locator("#field-sql_content")
      .fill("CREATE TABLE IF NOT EXISTS {{t:ident}} (a int);");
    await page.getByRole("button", { name: "Check it" }).click();
    await page.locator("#findings-said").getByText("valid").waitFor();
    await page.getByLabel("Default").first().fill("made");
    await page.getByRole("button", { name: "Make the blueprint" }).click();
    await page.getByText(`otherwise "made"`).waitFor();
    await page.getByRole("link", { name: "Apply…" }).click();
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.waitForURL("**/applications/*");
    await seenByReloading(page.getByText("It is applied."));
    await page.goto(`${worker.url}/console/blueprints`);
    await page.getByRole("link", { name: "to-do" }).click();
    await page.getByRole("link", { name: "Make your own of it" }).click();
    await page.getByRole("button", { name: "Make the blueprint" }).click();
    await page.getByRole("link", { name: "Edit" }).waitFor();
  });
});

async function rowsOf(url: string, table: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(`SELECT * FROM ${client.escapeIdentifier(table)}`)).rows;
  } finally {
    await client.end();
  }
}
