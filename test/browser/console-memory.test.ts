import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browsing, hasBrowser, startBrowser, type Watched } from "../support/browser.ts";
import { newAddress, signedIn, signInWith, startConsoleWorker } from "../support/console.ts";
import { checkPage, checkState } from "../support/looks.ts";
import { type Account, newAccount } from "../support/puma-client.ts";
import type { RunningWorker } from "../support/worker.ts";

let worker: RunningWorker;
let browser: Browsing;

const evil = '<img src=x onerror=alert(1)>"><script>alert(2)</script>';

/** Somebody with a key of pumaDB who is signed in at the console as well: one account. */
async function someone(): Promise<{ watched: Watched; page: Page; account: Account }> {
  const address = newAddress();
  const account = await newAccount(worker, address);
  const watched = await browser.open();
  await signInWith(watched, worker.url, address);
  return { watched, page: watched.page, account };
}

async function savedText(page: Page, press: () => Promise<void>): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return readFileSync(await file.path(), "utf8");
}

describe.runIf(hasBrowser("the memory pages"))("in a browser", () => {
  beforeAll(async () => {
    worker = await startConsoleWorker({
      PUMA_READS_PER_MINUTE: "10000",
      PUMA_WRITES_PER_MINUTE: "10000",
    });
    browser = await startBrowser(worker.url);
  });
  afterAll(async () => {
    await browser.stop();
    await worker.stop();
  });

  test("somebody whose memory is empty reads what to do, and keeps a first row", async () => {
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, worker.url, newAddress());
    await page.getByRole("link", { name: "Memory", exact: true }).click();
    await page.getByRole("heading", { name: "Nothing is remembered yet" }).waitFor();
    await checkPage(watched, "memory-none");
    await page.getByRole("link", { name: "New row" }).click();
    await page.getByLabel("Table").fill("notes");
    await page.getByLabel("The row, as JSON").fill('{"title": "Milk",\n "count": }');
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByText("Line 2, column 11").waitFor();
    await checkState(watched, "memory-new-problem");
    await page.getByLabel("The row, as JSON").fill('{"title": "Milk", "count": 2}');
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByText("The row is kept").waitFor();
    await checkPage(watched, "memory-row");
    await page.getByRole("link", { name: "← notes" }).click();
    await page.getByRole("link", { name: "Milk" }).waitFor();
    expect(watched.faults).toEqual([]);
  });

  test("rows are listed, filtered, ordered, and shown as JSON", async () => {
    const { watched, page, account } = await someone();
    for (let count = 1; count <= 12; count++) {
      const status = count % 3 === 0 ? "done" : "open";
      await account.add("tasks", { title: `Task ${count}`, status, count, tags: ["a", count] });
    }
    await page.goto(`${worker.url}/console/memory`);
    await page.getByRole("link", { name: "tasks", exact: true }).waitFor();
    await checkPage(watched, "memory");
    await page.getByRole("link", { name: "tasks", exact: true }).click();
    await page.getByRole("link", { name: "Task 12" }).waitFor();
    await checkPage(watched, "memory-rows");
    await page.getByLabel("Field").fill("status");
    await page.getByLabel("Is exactly").fill("done");
    await page.getByLabel("Order").selectOption("count");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByRole("link", { name: "Task 3" }).waitFor();
    expect(await page.locator("tbody th a").allTextContents()).toEqual([
      "Task 3",
      "Task 6",
      "Task 9",
      "Task 12",
    ]);
    await page.getByLabel("Show as").selectOption("json");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.locator("#rows-json").waitFor();
    const shown = JSON.parse((await page.locator("#rows-json").textContent()) ?? "");
    expect(shown.map((row: { count: number }) => row.count)).toEqual([3, 6, 9, 12]);
    await checkState(watched, "memory-rows-json");
    await page.getByText("Several fields at once").click();
    await page.getByLabel("Filter, as JSON").fill("{status}");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByText("column 2").first().waitFor();
    await checkState(watched, "memory-rows-problem");
    await page.getByLabel("Field").fill("count");
    await page.getByLabel("Is exactly").fill('"3"');
    await page.getByLabel("Filter, as JSON").fill("");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByRole("heading", { name: "No row fits" }).waitFor();
    await checkState(watched, "memory-rows-none");
  });

  test("a row is edited, compared with what it was, restored, deleted and brought back", async () => {
    const { watched, page, account } = await someone();
    const row = await account.add("notes", { title: "Plan", text: "one\ntwo\nthree" });
    const stored = async () => (await account.rows("notes"))[0];
    await page.goto(`${worker.url}/console/memory/tables/notes/rows/${row.id}`);
    await page.getByRole("link", { name: "Edit" }).click();
    await checkPage(watched, "memory-edit");
    await page.getByLabel("Its fields, as JSON").fill('{"title": "Plan B", "text": "one"}');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    expect(await stored()).toMatchObject({ id: row.id, title: "Plan B", text: "one" });
    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("link", { name: "Compare version 1" }).click();
    await page.locator("ins", { hasText: "Plan B" }).waitFor();
    await page.locator("del", { hasText: '"title": "Plan"' }).waitFor();
    await checkPage(watched, "memory-history");
    await page.getByRole("button", { name: "Restore version 1" }).click();
    await page.getByText("Restored.").waitFor();
    expect(await stored()).toMatchObject({ title: "Plan", text: "one\ntwo\nthree" });
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.getByText("This row is deleted").waitFor();
    expect(await account.rows("notes")).toEqual([]);
    await checkState(watched, "memory-deleted");
    await page.getByRole("button", { name: /^Restore version/ }).click();
    await page.getByText("Restored.").waitFor();
    expect(await stored()).toMatchObject({ id: row.id, title: "Plan" });
    expect(watched.faults).toEqual([]);
  });

  test("an edit that meets another keeps both texts until somebody decides", async () => {
    const { watched, page, account } = await someone();
    const row = await account.add("notes", { title: "Shared", text: "first" });
    await page.goto(`${worker.url}/console/memory/tables/notes/rows/${row.id}/edit`);
    await page.getByLabel("Its fields, as JSON").fill('{"title": "Shared", "text": "mine"}');
    await account.post("/v1/notes/update_row", { id: row.id, patch: { text: "theirs" } });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("nothing was saved yet").waitFor();
    expect((await account.rows("notes"))[0]).toMatchObject({ text: "theirs" });
    expect(await page.locator("#stored-now").textContent()).toContain("theirs");
    expect(await page.getByLabel("Its fields, as JSON").inputValue()).toContain("mine");
    await checkState(watched, "memory-conflict");
    await page.getByRole("button", { name: "Save mine over it" }).click();
    await page.getByText("Saved.").waitFor();
    expect((await account.rows("notes"))[0]).toMatchObject({ text: "mine" });
    const versions = await account.get(`/v1/notes/versions?id=${row.id}`);
    expect(versions.body.versions[0].row).toMatchObject({ text: "theirs" });
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Its fields, as JSON").fill('{"text": "too late"}');
    await account.delete("/v1/notes", { filter: { id: row.id } });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The row was deleted meanwhile").waitFor();
    expect(await page.getByLabel("Its fields, as JSON").inputValue()).toContain("too late");
    expect(await account.rows("notes")).toEqual([]);
  });

  test("a row is written, edited, deleted and brought back without script", async () => {
    const watched = await browser.open({ javaScriptEnabled: false });
    const { page } = watched;
    await signInWith(watched, worker.url, newAddress());
    await page.getByRole("link", { name: "Memory", exact: true }).click();
    await page.getByRole("link", { name: "New row" }).click();
    await page.getByLabel("Table").fill("notes");
    await page.getByLabel("The row, as JSON").fill('{"title": "Plain"}');
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Its fields, as JSON").fill('{"title": "Plain, edited"}');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.getByRole("link", { name: "Compare version 1" }).click();
    await page.getByRole("button", { name: "Restore version 1" }).click();
    await page.getByRole("heading", { name: "Plain", exact: true }).waitFor();
    expect(watched.faults).toEqual([]);
  });

  test("what is stored shows as text, whatever it is, and no spreadsheet runs it", async () => {
    const { watched, page, account } = await someone();
    const formula = '=HYPERLINK("http://evil.example","x")';
    const row = { title: evil, [evil]: evil, sum: formula, plus: "+1+1", less: -5, big: "-12.50" };
    const { id } = await account.add("notes", row);
    const place = `${worker.url}/console/memory/tables/notes`;
    for (const path of [
      "",
      "?view=json",
      `/rows/${id}`,
      `/rows/${id}/edit`,
      `/rows/${id}/history`,
    ]) {
      await page.goto(`${place}${path}`);
      expect(await page.getByText("<img src=x").count(), path).toBeGreaterThan(0);
      expect(await page.locator("main img").count(), path).toBe(0);
      expect(await page.locator("main script").count(), path).toBe(0);
    }
    const strange = `${worker.url}/console/memory/tables/${encodeURIComponent(evil)}`;
    await page.goto(strange);
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(watched.faults).toEqual([]);
    await page.goto(place);
    const csv = await savedText(page, () => page.getByRole("link", { name: "CSV" }).click());
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`);
    expect(csv).toContain("'+1+1");
    expect(csv).toContain(",-5,");
    expect(csv).toContain("-12.50");
    expect(csv).not.toContain("'-");
    const json = await savedText(page, () => page.getByRole("link", { name: "JSON" }).click());
    expect(JSON.parse(json).rows).toEqual([expect.objectContaining({ id, ...row })]);
    await page.goto(`${worker.url}/console/memory`);
    const all = await savedText(page, () =>
      page.getByRole("link", { name: "Export everything" }).click(),
    );
    expect(JSON.parse(all)).toEqual((await account.get("/v1/_export")).body);
  });
});

describe("by plain requests", () => {
  let slow: RunningWorker;
  beforeAll(async () => {
    slow = await startConsoleWorker({ PUMA_READS_PER_MINUTE: "5", PUMA_WRITES_PER_MINUTE: "2" });
  });
  afterAll(() => slow.stop());

  test("a session has the rates of a key, and its own account alone", async () => {
    const mine = await signedIn(slow.url);
    const other = await signedIn(slow.url);
    const keep = (title: string) =>
      mine.post("/console/memory/new", { table: "notes", row: JSON.stringify({ title }) });
    const first = await keep("one");
    expect(first.status).toBe(303);
    const path = (first.headers.get("location") ?? "").split("?")[0] ?? "";
    expect((await mine.get(path)).text).toContain("one");
    expect((await other.get(path)).status).toBe(404);
    expect((await other.get("/console/memory")).text).toContain("Nothing is remembered yet");
    expect((await keep("two")).status).toBe(303);
    const third = await keep("three");
    expect(third.status).toBe(429);
    expect(third.text).toContain("Try again in");
    const reads = [];
    for (let count = 0; count < 6; count++) reads.push((await mine.get("/console/memory")).status);
    expect(reads).toContain(429);
    expect((await other.get("/console/memory")).status).toBe(200);
  });

  test("a form that is sent twice keeps one row", async () => {
    const mine = await signedIn(slow.url);
    const form = {
      table: "notes",
      row: '{"title":"once"}',
      request: "7b5b1a52-6a44-4c9c-9a1e-0a6d6a3c9f10",
    };
    const both = [
      await mine.post("/console/memory/new", form),
      await mine.post("/console/memory/new", form),
    ];
    expect(both.map(({ status }) => status)).toEqual([303, 303]);
    expect(both[0]?.headers.get("location")).toBe(both[1]?.headers.get("location"));
  });
});
