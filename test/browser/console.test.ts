import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { until } from "../support/api.ts";
import { type Browsing, hasBrowser, startBrowser } from "../support/browser.ts";
import {
  databaseUrl,
  newAddress,
  seenByReloading,
  signInByMail,
  signInWith,
  startConsoleWorker,
} from "../support/console.ts";
import { checkPage, checkState } from "../support/looks.ts";
import { mysqlQuery } from "../support/mysql.ts";
import { sql, storeSql } from "../support/sql.ts";
import type { RunningWorker } from "../support/worker.ts";

let worker: RunningWorker;
let browser: Browsing;

describe.runIf(hasBrowser("the console"))("in a browser", () => {
  beforeAll(async () => {
    worker = await startConsoleWorker();
    browser = await startBrowser(worker.url);
  });
  afterAll(async () => {
    await browser.stop();
    await worker.stop();
  });

  test("somebody new signs in by mail and finds what to do first", async () => {
    const watched = await browser.open();
    const { page } = watched;
    await page.goto(`${worker.url}/console`);
    await checkPage(watched, "sign-in");
    await page.getByLabel("E-mail address").fill(newAddress());
    await page.getByRole("button", { name: "Mail me a link" }).click();
    await checkPage(watched, "mailed");
    await page.getByRole("link", { name: "open the link" }).click();
    await checkPage(watched, "link");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "No database yet" }).waitFor();
    await checkPage(watched, "databases-none");
  });

  const offered = ["PostgreSQL", ...(inject("suite").mysql ? ["MySQL"] : [])];

  test.each(offered)("a %s database is made, and its shown URL connects", async (engine) => {
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, worker.url, newAddress());
    await page.getByRole("link", { name: "New database" }).first().click();
    if (engine === "PostgreSQL") await checkPage(watched, "databases-new");
    await page.getByLabel("Name").fill(`shop-${engine.toLowerCase()}`);
    await page.getByRole("radio", { name: engine }).check();
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("button", { name: "Show the password" }).waitFor();
    expect(await page.locator("#text-url").textContent()).toContain(":***@");
    if (engine === "PostgreSQL") await checkPage(watched, "database");
    await page.getByRole("button", { name: "Show the password" }).click();
    await page.getByRole("link", { name: "Hide the password" }).waitFor();
    const url = (await page.locator("#text-url").textContent()) ?? "";
    expect(url).not.toContain("***");
    await watched.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    // It stands only for a moment.
    await Promise.all([
      page.getByRole("button", { name: "Copied URL" }).waitFor(),
      page.getByRole("button", { name: "Copy URL" }).click(),
    ]);
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(url);
    expect(await versionAt(url, engine)).toMatch(/\d+\.\d+/);
    expect(watched.faults).toEqual([]);
    if (engine === "MySQL") return;
    await page.goto(`${worker.url}/console/databases`);
    await page.getByRole("link", { name: "shop-postgresql" }).waitFor();
    await checkPage(watched, "databases");
    await page.getByRole("link", { name: "shop-postgresql" }).click();
    await page.getByRole("link", { name: "Delete this database…" }).click();
    await checkPage(watched, "database-delete");
    await page.getByLabel("Type its name").fill("shop");
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.getByText("Type shop-postgresql, as it stands above").waitFor();
    await page.getByLabel("Type its name").fill("shop-postgresql");
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.getByText("Its data will be destroyed").waitFor();
    await checkPage(watched, "database-deleted");
    // The page may be answered before the work is done.
    const isLetIn = () => versionAt(url, engine).then(Boolean, () => false);
    await until(isLetIn, (isIn) => !isIn, 60_000);
  });

  test("a key is made with scopes and limits, shown once, used, and revoked", async () => {
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, worker.url, newAddress());
    await page.getByRole("link", { name: "API keys" }).click();
    await page.getByRole("heading", { name: "No key yet" }).waitFor();
    await checkPage(watched, "keys-none");
    await page.getByRole("link", { name: "New key" }).click();
    await checkPage(watched, "keys-new");
    await page.getByLabel("Name").fill("nightly job");
    await page.getByText("Limits").click();
    await page.getByLabel("Only from these addresses").fill("not an address");
    await page.getByRole("button", { name: "Make the key" }).click();
    await page.getByText("Must be an IP address or CIDR range").waitFor();
    await checkState(watched, "keys-problem");
    await page.getByLabel("Only from these addresses").fill("127.0.0.0/8\n::1");
    await page.getByRole("button", { name: "Make the key" }).click();
    const key = (await page.locator("#api-key").textContent()) ?? "";
    await checkState(watched, "keys-made");
    const withKey = { headers: { authorization: `Bearer ${key}` } };
    expect((await fetch(`${worker.url}/api/v1/databases`, withKey)).status).toBe(200);
    await page.goto(`${worker.url}/console/keys`);
    expect(await page.content()).not.toContain(key);
    await checkPage(watched, "keys");
    await page.getByRole("button", { name: "Revoke nightly job" }).click();
    await page.getByText("The key is revoked").waitFor();
    expect((await fetch(`${worker.url}/api/v1/databases`, withKey)).status).toBe(403);
  });

  test("somebody is invited, joins, and both are seen in the team and the audit", async () => {
    const owner = await browser.open();
    const invitee = newAddress();
    await signInWith(owner, worker.url, newAddress());
    await owner.page.getByRole("link", { name: "Team" }).click();
    await checkPage(owner, "team");
    await owner.page.getByLabel("E-mail address").fill(invitee);
    await owner.page.getByRole("button", { name: "Invite" }).click();
    await owner.page.getByText("The invitation is on its way").waitFor();
    const guest = await browser.open();
    await signInWith(guest, worker.url, invitee);
    await guest.page.getByRole("link", { name: "Look and answer" }).click();
    await checkPage(guest, "invitations");
    await guest.page.getByRole("button", { name: "Join" }).click();
    await guest.page.getByText("Welcome: this is the team you joined").waitFor();
    await checkState(guest, "team-member");
    await owner.page.goto(`${worker.url}/console/team`);
    await owner.page.getByRole("button", { name: `Make owner ${invitee}` }).waitFor();
    await checkState(owner, "team-two");
    await owner.page.getByRole("link", { name: "Audit" }).click();
    await owner.page.getByText("Team: join").waitFor();
    await checkPage(owner, "audit");
    await owner.page.getByLabel("What").selectOption("key");
    await owner.page.getByRole("button", { name: "Filter" }).click();
    await owner.page.getByRole("heading", { name: "Nothing fits" }).waitFor();
    await checkState(owner, "audit-none");
  });

  test("the first page is light, and nothing comes from elsewhere", async () => {
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, worker.url, newAddress());
    const fresh = await browser.open({ storageState: await watched.context.storageState() });
    await fresh.page.goto(`${worker.url}/console/databases`);
    await fresh.page.waitForLoadState("networkidle");
    const bytes = await fresh.transferred();
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThan(100_000);
    console.log(`First page: ${bytes} bytes`);
    expect([...watched.faults, ...fresh.faults]).toEqual([]);
    await page.close();
  });

  test("without JavaScript a database is made, seen, and deleted", async () => {
    const watched = await browser.open({ javaScriptEnabled: false });
    const { page } = watched;
    await signInByMail(watched, worker.url, newAddress());
    await page.getByRole("link", { name: "New database" }).first().click();
    await page.getByLabel("Name").fill("plain");
    await page.getByRole("button", { name: "Make it" }).click();
    await page.waitForURL(databaseUrl);
    const made = page.url();
    const show = page.getByRole("button", { name: "Show the password" });
    await seenByReloading(show);
    await show.click();
    for (const form of ["url", "psql", "env", "node", "python"]) {
      const text = (await page.locator(`#text-${form}`).textContent()) ?? "";
      expect(text).toContain("plain");
      expect(text).not.toContain("***");
    }
    await page.getByRole("link", { name: "Hide the password" }).click();
    await page.getByRole("button", { name: "Rotate" }).click();
    await page.getByText("The password was rotated. This is the new one").waitFor();
    const url = (await page.locator("#text-url").textContent()) ?? "";
    expect(await versionAt(url, "PostgreSQL")).toContain("PostgreSQL");
    await page.goto(`${made}/delete`);
    await page.getByLabel("Type its name").fill("plain");
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.getByText("Its data will be destroyed").waitFor();
  });

  test("by keyboard alone somebody signs in, makes a database, reads its password, and deletes it", async () => {
    const { page, faults } = await browser.open();
    await page.goto(`${worker.url}/console/sign-in`);
    await tabTo(page, "E-mail address");
    await page.keyboard.type(newAddress());
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "open the link" }).waitFor();
    await tabTo(page, "open the link");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await tabTo(page, "Sign in");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "No database yet" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toMatchObject({ name: "Skip to the content" });
    await page.keyboard.press("Enter");
    // The navigation is passed over: the first thing of the page itself comes next.
    await page.keyboard.press("Tab");
    expect(await focused(page)).toMatchObject({ name: "New database" });
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Make it" }).waitFor();
    await tabTo(page, "Name");
    await page.keyboard.type("by-keys");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Show the password" }).waitFor();
    await tabTo(page, "Show the password");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Hide the password" }).waitFor();
    expect(await focused(page)).toMatchObject({ name: "Hide the password" });
    await tabTo(page, "URL");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toMatchObject({ name: "psql" });
    expect(await page.locator("#text-psql").isVisible()).toBe(true);
    await tabTo(page, "Copy psql");
    await tabTo(page, "Delete this database…");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Delete it" }).waitFor();
    await tabTo(page, "Type its name: by-keys");
    await page.keyboard.type("by-keys");
    await page.keyboard.press("Enter");
    await page.getByText("Its data will be destroyed").waitFor();
    expect(faults).toEqual([]);
  });

  test("names made of markup stay text: nothing in them runs", async () => {
    const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script>`;
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, worker.url, newAddress());
    await page.goto(`${worker.url}/console/team`);
    await page.getByRole("textbox", { name: "Name" }).fill(hostile);
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("heading", { name: hostile }).waitFor();
    for (const path of ["databases", "databases/new", "audit", "account"]) {
      await page.goto(`${worker.url}/console/${path}`);
      await page.locator(".team-menu").waitFor();
    }
    expect(watched.faults).toEqual([]);
  });

  /** Somebody on the page of a database of theirs, on which an operation goes on. */
  async function onBusyDatabase() {
    const watched = await browser.open();
    const { page } = watched;
    const address = newAddress();
    await signInWith(watched, worker.url, address);
    await page.goto(`${worker.url}/console/databases/new`);
    await page.getByLabel("Name").fill("busy");
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("button", { name: "Show the password" }).waitFor();
    const uuid = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const setState = (state: string) =>
      storeSql(
        `UPDATE operations SET state = $1, lease_until = $2 FROM databases d
          WHERE d.id = operations.database_id AND d.uuid = $3`,
        // A lease of a year, or a sweep would take it, whose clock may be ahead.
        [state, state === "running" ? new Date(Date.now() + 365 * 86_400_000) : null, uuid],
      );
    await setState("running");
    await page.reload();
    await page.locator("#activity[data-poll]").waitFor();
    return { ...watched, address, setState };
  }

  test("what somebody has typed stays, and is sent once, while the page follows an operation", async () => {
    const { page, faults, setState } = await onBusyDatabase();
    const sent: string[] = [];
    page.on("request", (request) => sent.push(request.method()));
    const name = page.locator("#rename").getByRole("textbox");
    await name.fill("No name!");
    await page.locator("#rename").getByRole("button", { name: "Rename" }).click();
    await page.locator("#field-name-problem").waitFor();
    await expect
      .poll(() => sent.slice(sent.indexOf("POST")).filter((each) => each === "GET").length, {
        timeout: 60_000,
      })
      .toBeGreaterThan(3);
    await name.fill("a better name");
    await setState("succeeded");
    await page.locator("#activity:not([data-poll])").getByText("done", { exact: true }).waitFor();
    expect(await name.inputValue()).toBe("a better name");
    expect(sent.filter((each) => each === "POST")).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  test("a page that follows something asks for signing in again once the session is over", async () => {
    const { page, address } = await onBusyDatabase();
    const { pathname } = new URL(page.url());
    await storeSql(
      "DELETE FROM console_sessions USING users u WHERE u.id = user_id AND u.email = $1",
      [address],
    );
    await page.getByRole("button", { name: "Mail me a link" }).waitFor();
    expect(new URL(page.url()).searchParams.get("next")).toBe(pathname);
  });

  test("account, new team and what is not there are pages like the others", async () => {
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, worker.url, newAddress());
    await page.getByRole("link", { name: "Account" }).click();
    await checkPage(watched, "account");
    await page.goto(`${worker.url}/console/teams/new`);
    await checkPage(watched, "team-new");
    await page.goto(`${worker.url}/console/databases/00000000-0000-4000-8000-000000000000`);
    await page.getByRole("heading", { name: "This is not here" }).waitFor();
    await checkPage(watched, "not-found");
  });
});

/** What has the focus, by what it is called, and how that is shown. */
async function focused(page: Page): Promise<{ name: string; outline: string }> {
  return await page.evaluate(`(() => {
    const element = document.activeElement;
    const name = element.labels?.[0]?.textContent ?? element.textContent;
    return { name: name.trim(), outline: getComputedStyle(element).outlineStyle };
  })()`);
}

/** Presses Tab until that has the focus, which must be seen. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    const at = await focused(page);
    if (at.name === name) {
      expect([name, at.outline]).toEqual([name, "solid"]);
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${name}`);
}

async function versionAt(url: string, engine: string): Promise<string> {
  const run = engine === "MySQL" ? mysqlQuery : sql;
  return JSON.stringify(await run(url, "SELECT version() AS version"));
}
