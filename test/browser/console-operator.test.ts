import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../faults/world.ts";
import { admin, newTenant, type Tenant, until } from "../support/api.ts";
import { type Browsing, hasBrowser, startBrowser, type Watched } from "../support/browser.ts";
import { consoleVars, newAddress, send, signedIn, signInWith } from "../support/console.ts";
import { checkPage } from "../support/console-pages.ts";

const operator = `operator-${newAddress()}`;
const evil = "<img src=x onerror=alert(1)>";
const mark = `polykomos ${"0".repeat(32)}`;
const path = "/console/operator";
const reconcileSeconds = 60;

let world: World;
let tenant: Tenant;

beforeAll(async () => {
  // Work waits for a server that is known to be down, and is not given up.
  const down = { SERVER_DOWN_AFTER_FAILURES: "1000000" };
  const reconcile = { RECONCILE_SECONDS: `${reconcileSeconds}` };
  const addresses = `someone@example.com, ${operator.toUpperCase()}`;
  world = await startWorld({ ...consoleVars, ...down, ...reconcile, OPERATOR_EMAILS: addresses });
  tenant = await newTenant({ url: world.url });
});
afterAll(() => world.stop());

async function serverState(): Promise<string> {
  return (await admin("GET", "/servers", { url: world.url })).body.data[0].state;
}

async function newDatabase() {
  const body = { name: `d-${randomUUID().slice(0, 8)}` };
  const answer = await tenant.call("POST", "/api/v1/databases?wait=true", { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.data;
}

describe("for everybody else", () => {
  const pages = ["", "/operations", "/dead-letters", "/orphans"];
  const acts = [
    "/sweep",
    "/servers/1/drain",
    "/servers/1/activate",
    `/jobs/${randomUUID()}/retry`,
    `/databases/${randomUUID()}/rebuild`,
  ];

  test("the operator's pages are not there, and nothing in the navigation leads to them", async () => {
    const person = await signedIn(world.url);
    expect((await person.get("/console/databases")).text).not.toContain(path);
    for (const page of pages) {
      const answer = await person.get(`${path}${page}`);
      expect([page, answer.status]).toEqual([page, 404]);
      expect(answer.text).not.toContain("test-postgres");
      expect((await send(world.url, `${path}${page}`)).status).toBe(303);
    }
  });

  test("nothing is done, whatever is sent", async () => {
    const person = await signedIn(world.url);
    for (const act of acts) {
      expect([act, (await person.post(`${path}${act}`)).status]).toEqual([act, 404]);
    }
    expect(await serverState()).toBe("active");
  });

  test("somebody whose address only looks like an operator's is none", async () => {
    const person = await signedIn(world.url, `x${operator}`);
    expect((await person.get(path)).status).toBe(404);
  });
});

describe.runIf(hasBrowser("the operator's pages"))("for the operator", () => {
  let browser: Browsing;
  let watched: Watched;
  beforeAll(async () => {
    browser = await startBrowser(world.url);
    watched = await browser.open();
    await signInWith(watched, world.url, operator);
  });
  afterAll(() => browser.stop());

  test("servers are seen with how they are and how full, drained and activated", async () => {
    const { page } = watched;
    await newDatabase();
    await page.getByRole("link", { name: "Operator", exact: true }).click();
    await page.getByRole("rowheader", { name: /test-postgres/ }).waitFor();
    await checkPage(watched, "operator");
    await page.getByRole("button", { name: "Drain test-postgres" }).click();
    await page.getByText("Nothing new is placed on the server").waitFor();
    expect(await serverState()).toBe("draining");
    await checkPage(watched, "operator-draining");
    await page.getByRole("button", { name: "Activate test-postgres" }).click();
    await page.getByText("takes databases again").waitFor();
    expect(await serverState()).toBe("active");
    await page.getByRole("button", { name: "Do the scheduled work now" }).click();
    await page.getByRole("heading", { name: "The scheduled work is done" }).waitFor();
    await checkPage(watched, "operator-swept");
    const [entry] = await world.store(
      "SELECT count(*)::int AS count FROM audit_log WHERE action LIKE 'server.%' AND actor = 'admin'",
    );
    expect(Number(entry?.count)).toBeGreaterThanOrEqual(2);
  });

  test("what was given up is listed, and a retry finishes it", async () => {
    const { page } = watched;
    await page.goto(`${world.url}${path}/dead-letters`);
    await page.getByRole("heading", { name: "Nothing was given up" }).waitFor();
    await checkPage(watched, "operator-dead-none");
    const { uuid } = await newDatabase();
    world.link.cut();
    const quotas = { connection_hard_limit: 4 };
    await tenant.call("PATCH", `/api/v1/databases/${uuid}/quotas`, { body: quotas });
    await world.store(
      `UPDATE operations SET attempts = 100000, not_before = created_at, lease_until = NULL
       WHERE kind = 'change_quotas' AND database_id = (SELECT id FROM databases WHERE uuid = $1)`,
      [uuid],
    );
    const state = async () => {
      await world.sweep();
      const listed = await tenant.call("GET", `/api/v1/operations?database_uuid=${uuid}`);
      return listed.body.data.find((each: { kind: string }) => each.kind === "change_quotas").state;
    };
    await until(state, (each) => each === "failed");
    await page.goto(`${world.url}${path}/dead-letters`);
    await page.getByRole("rowheader", { name: new RegExp(uuid) }).waitFor();
    await checkPage(watched, "operator-dead");
    await page.goto(`${world.url}${path}/orphans`);
    await page.getByText("does not answer").waitFor();
    await checkPage(watched, "operator-orphans-problem");
    world.link.mend();
    await world.moveClock(120_000);
    await page.goto(`${world.url}${path}/dead-letters`);
    await page.getByRole("button", { name: /^Retry/ }).click();
    await page.getByText("It is queued").waitFor();
    await until(state, (each) => each === "succeeded");
    await page.goto(`${world.url}${path}/operations?state=succeeded`);
    await page.getByText("Quotas changed").first().waitFor();
    await checkPage(watched, "operator-operations");
    await page.goto(`${world.url}${path}/operations?state=wrong`);
    await page.getByRole("alert").getByText("state").waitFor();
  });

  test("orphans are shown by their names as text, and a lost database is made anew", async () => {
    const { page } = watched;
    const { uuid, db_name: name } = await newDatabase();
    await world.moveClock(5_000);
    await world.fleet(`CREATE DATABASE "${evil}"`);
    await world.fleet(`COMMENT ON DATABASE "${evil}" IS '${mark}'`);
    await world.fleet(`DROP DATABASE "${name}" WITH (FORCE)`);
    await page.goto(`${world.url}${path}/orphans`);
    await page.getByRole("rowheader", { name: evil }).waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    await checkPage(watched, "operator-orphans");
    const again = page.getByRole("button", { name: "Make anew, empty" });
    await again.click();
    await page.getByText("noticed by the next sweep").waitFor();
    await world.moveClock(reconcileSeconds * 1_000);
    await world.sweep();
    await again.click();
    await page.getByText("It is being made anew").waitFor();
    await world.settle();
    await page.goto(`${world.url}${path}/operations?state=succeeded`);
    await page.getByRole("rowheader", { name: new RegExp(`Built anew.*${uuid}`) }).waitFor();
    expect(watched.faults).toEqual([]);
  });
});
