import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../faults/world.ts";
import { admin, newTenant, type Tenant, until } from "../support/api.ts";
import { type Browsing, hasBrowser, startBrowser, type Watched } from "../support/browser.ts";
import { consoleVars, newAddress, send, signedIn, signInWith } from "../support/console.ts";
import { checkPage, checkState } from "../support/looks.ts";

const operator = `operator-${newAddress()}`;
const evil = "<img src=x onerror=alert(1)>";
const mark = `polykomos ${"0".repeat(32)}`;
const path = "/console/operator";
const reconcileSeconds = 60;

let world: World;
let tenant: Tenant;
/** Stops the first statement on the server that matches, until it is let go. */
let halt: { at: RegExp; reached(): void; gone: Promise<void> } | null = null;

beforeAll(async () => {
  // Work waits for a server that is known to be down, and is not given up.
  const down = { SERVER_DOWN_AFTER_FAILURES: "1000000" };
  const reconcile = { RECONCILE_SECONDS: `${reconcileSeconds}` };
  const addresses = `someone@example.com, ${operator.toUpperCase()}`;
  world = await startWorld(
    { ...consoleVars, ...down, ...reconcile, OPERATOR_EMAILS: addresses },
    {
      async onFleetStatement(text) {
        if (!halt?.at.test(text)) return;
        const { reached, gone } = halt;
        halt = null;
        reached();
        await gone;
      },
    },
  );
  tenant = await newTenant({ url: world.url });
});
afterAll(() => world.stop());

function haltAt(at: RegExp): { reached: Promise<void>; letGo(): void } {
  const { promise: gone, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  halt = { at, reached: resolve, gone };
  return { reached, letGo };
}

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
  const pages = ["", "/servers/new", "/people", "/operations", "/dead-letters", "/orphans"];
  const acts = [
    "/sweep",
    "/servers",
    "/people/users",
    "/people/teams",
    "/people/members",
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
    await checkState(watched, "operator-draining");
    await page.getByRole("button", { name: "Activate test-postgres" }).click();
    await page.getByText("takes databases again").waitFor();
    expect(await serverState()).toBe("active");
    await page.getByRole("button", { name: "Do the scheduled work now" }).click();
    await page.getByRole("heading", { name: "The scheduled work is done" }).waitFor();
    await checkState(watched, "operator-swept");
    const [entry] = await world.store(
      "SELECT count(*)::int AS count FROM audit_log WHERE action LIKE 'server.%' AND actor = 'admin'",
    );
    expect(Number(entry?.count)).toBeGreaterThanOrEqual(2);
  });

  test("users and teams are seen with their numbers, made, and put together", async () => {
    const { page } = watched;
    await page.goto(`${world.url}${path}/people`);
    const number = `${tenant.userId}`;
    const ofTenant = page
      .getByRole("row")
      .filter({ has: page.getByRole("cell", { name: number, exact: true }) });
    await ofTenant.waitFor();
    await checkPage(watched, "operator-people");
    const address = newAddress();
    await page.getByLabel("E-mail address").fill(address);
    await page.getByLabel("Name", { exact: true }).fill("Grace");
    await page.getByRole("button", { name: "Make the user" }).click();
    await page.getByText("The user is made").waitFor();
    const grace = page.getByRole("row", { name: address });
    await grace.getByText("Grace's team").waitFor();
    const hers = (await grace.getByRole("cell").first().textContent()) ?? "";
    await page.getByLabel("Name of the team").fill(evil);
    await page.getByLabel("Number of its owner").fill("999999");
    await page.getByRole("button", { name: "Make the team" }).click();
    await page.locator(".field.wrong", { hasText: "Number of its owner" }).waitFor();
    await checkState(watched, "operator-people-problem");
    await page.getByLabel("Number of its owner").fill(hers);
    await page.getByRole("button", { name: "Make the team" }).click();
    await grace.getByText(evil).waitFor();
    const team = /number (\d+)/.exec((await grace.getByText(evil).textContent()) ?? "")?.[1] ?? "";
    await page.getByLabel("Number of the team").fill(team);
    await page.getByLabel("Number of the user").fill(number);
    await page.getByRole("button", { name: "Add to the team" }).click();
    await ofTenant.getByText(evil).waitFor();
    expect((await signedIn(world.url, address)).cookie).toBeTruthy();
    expect(watched.faults).toEqual([]);
  });

  test("what was given up is listed, and a retry finishes it", async () => {
    const { page } = watched;
    await page.goto(`${world.url}${path}/dead-letters`);
    await page.getByRole("heading", { name: "Nothing was given up" }).waitFor();
    await checkState(watched, "operator-dead-none");
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
    await checkState(watched, "operator-orphans-problem");
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

// Here, because it measures all databases, and holds back the work of all.
describe.runIf(hasBrowser("a database's page"))("for whoever has a database", () => {
  let browser: Browsing;
  beforeAll(async () => {
    browser = await startBrowser(world.url);
  });
  afterAll(() => browser.stop());

  test("use is shown against the quotas, and as a line once it was measured for a while", async () => {
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, world.url, newAddress());
    await page.goto(`${world.url}/console/databases/new`);
    await page.getByLabel("Name").fill("measured");
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("button", { name: "Show the password" }).waitFor();
    const at = { url: world.url };
    for (let quarter = 0; quarter < 4; quarter++) {
      await world.moveClock(15 * 60_000);
      expect((await admin("POST", "/sweep", at)).status).toBe(200);
    }
    await page.reload();
    await page.getByText(/^Measured /).waitFor();
    await page.getByRole("img", { name: /^Size over time: .* now/ }).waitFor();
    await page.getByRole("img", { name: /^Connections over time/ }).waitFor();
    await checkPage(watched, "database-measured");
    await world.moveClock(6 * 3_600_000);
    await admin("POST", "/sweep", at);
    await page.goto(`${world.url}/console/databases`);
    await page.getByRole("img", { name: /^Size of measured/ }).waitFor();
    await checkState(watched, "databases-measured");
  });

  test("while a database is made, each step is shown as it comes", async () => {
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, world.url, newAddress());
    const mode = (name: string) =>
      fetch(`${world.url}/test/queue`, { method: "POST", body: JSON.stringify({ mode: name }) });
    await mode("hold");
    await page.goto(`${world.url}/console/databases/new`);
    await page.getByLabel("Name").fill("awaited");
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("heading", { name: "Being made" }).waitFor();
    expect(await page.locator(".steps li").count()).toBeGreaterThan(1);
    await page.getByText("Log in through its address, as you will").waitFor();
    // What the page asks for is away meanwhile, so nothing is replaced while it is looked at.
    const asked = page.url();
    const away = page.waitForResponse((answer) => answer.status() === 503);
    await page.route(asked, (route) => route.fulfill({ status: 503 }));
    await away;
    await checkPage(watched, "database-making");
    await page.unroute(asked);
    expect(await page.locator(".steps li:is(.done, .now)").count()).toBe(0);
    const held = haltAt(/CREATE DATABASE/);
    try {
      await mode("deliver");
      await held.reached;
      await page.locator(".steps li.done", { hasText: "Make its login" }).waitFor();
      await page.locator(".steps li.now", { hasText: "Make the database" }).waitFor();
    } finally {
      held.letGo();
    }
    await page.getByRole("button", { name: "Show the password" }).waitFor();
    expect(watched.faults).toEqual([]);
  });
});

// The last, for two servers on one PostgreSQL take each other's databases for orphans.
describe.runIf(hasBrowser("taking a server in"))("for the operator of a second server", () => {
  test("it is told what is wrong before a server is taken in, and no password comes back", async () => {
    const browser = await startBrowser(world.url);
    try {
      const watched = await browser.open();
      const { page } = watched;
      await signInWith(watched, world.url, operator);
      await page.goto(`${world.url}${path}`);
      await page.getByRole("link", { name: "New server" }).click();
      await checkPage(watched, "operator-server-new");
      const { host, port, user, password } = world.server();
      await page.getByLabel("Name").fill("second");
      await page.getByLabel("Region").fill("elsewhere");
      await page.getByLabel("Host", { exact: true }).fill(host);
      await page.getByLabel("Port").fill("1");
      await page.getByLabel("How it is reached").selectOption("tcp");
      await page.getByLabel("Only over TLS").uncheck();
      await page.getByLabel("Login").fill(user);
      await page.getByLabel("Password").fill(password);
      await page.getByLabel("Storage, GB").fill("2");
      await page.getByRole("button", { name: "Take it in" }).click();
      await page.getByText("The server could not be prepared").waitFor();
      expect(await page.getByLabel("Password").inputValue()).toBe("");
      await checkState(watched, "operator-server-problem");
      expect(await page.getByLabel("Only over TLS").isChecked()).toBe(false);
      await page.getByLabel("Port").fill(`${port}`);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Take it in" }).click();
      await page.getByText("The server is taken in").waitFor();
      const row = page.getByRole("row", { name: /second/ });
      await row.getByText("of 2 GB").waitFor();
      await row.getByText("active").waitFor();
      expect(watched.faults).toEqual([]);
    } finally {
      await browser.stop();
    }
  });
});
