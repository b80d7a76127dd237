import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/api.ts";
import { newAddress, type Person, signedIn, startConsoleWorker } from "../support/console.ts";
import type { RunningWorker } from "../support/worker.ts";

/** What the console's forms do and say, sent by plain requests. */
let worker: RunningWorker;
beforeAll(async () => {
  worker = await startConsoleWorker({ EVENTS_KEPT_DAYS: "7", WEBHOOK_ALLOW_LOOPBACK: "true" });
});
afterAll(() => worker.stop());

function locationOf({ headers }: { headers: Headers }): string {
  return headers.get("location") ?? "";
}

describe("writing a row by hand", () => {
  const path = "/console/memory/new";

  test("twice with one form adds one row", async () => {
    const person = await signedIn(worker.url);
    const fields = { table: "notes", row: '{"title":"once"}', request: randomUUID() };
    const places = [await person.post(path, fields), await person.post(path, fields)].map(
      locationOf,
    );
    expect(places[0]).toMatch(/\/tables\/notes\/rows\/\w/);
    expect(places[1]).toBe(places[0]);
  });

  test("with a form that was gone back to and changed adds another row", async () => {
    const person = await signedIn(worker.url);
    const request = randomUUID();
    const first = await person.post(path, { table: "notes", row: '{"title":"a"}', request });
    const second = await person.post(path, { table: "notes", row: '{"title":"b"}', request });
    const third = await person.post(path, { table: "others", row: '{"title":"a"}', request });
    const places = [first, second, third].map(locationOf);
    expect(places).toEqual(places.map(() => expect.stringMatching(/\/rows\/\w/)));
    expect(new Set(places).size).toBe(3);
  });

  test("that cannot be read shows the text as it was written, for the told line to be found", async () => {
    const person = await signedIn(worker.url);
    const { status, text } = await person.post(path, { table: "notes", row: "\r\n{,}" });
    expect(status).toBe(422);
    expect(text).toContain("Line 2, column 2");
    // A browser takes one line feed after the tag away.
    expect(text).toMatch(/<textarea[^>]*>\r?\n\r?\n\{,\}<\/textarea>/);
  });
});

test("what is refused leads back to the page that its form stands on", async () => {
  const owner = await signedIn(worker.url);
  await owner.post("/console/teams", { name: "Mine" });
  const own = /\/console\/team\/members\/\d+/.exec((await owner.get("/console/team")).text)?.[0];
  const refused = await owner.post(`${own}/remove`);
  expect(refused.status).toBe(409);
  const back = /href="([^"]+)">Go back</.exec(refused.text)?.[1] ?? "";
  expect((await owner.get(back)).text).toContain("<h1>Mine</h1>");
});

test("the audit's filter for applied blueprints finds them", async () => {
  const person = await signedIn(worker.url);
  const database = locationOf(
    await person.post("/console/databases", { name: "target", db_type: "postgres", plan: "free" }),
  );
  await until(
    async () => await person.get(database),
    ({ text }) => text.includes("Show the password"),
  );
  const blueprint = locationOf(
    await person.post("/console/blueprints", {
      name: "seed",
      sql_content: "CREATE TABLE IF NOT EXISTS seeded (id int PRIMARY KEY)",
    }),
  ).replace(/\?.*/, "");
  const applied = await person.post(`${blueprint}/apply`, {
    database: database.split("/").at(-1) ?? "",
    dry_run: "false",
  });
  expect(locationOf(applied)).toMatch(/\/applications\/\d+$/);
  const audit = (await person.get("/console/audit")).text;
  const value = /<option value="([^"]+)">Blueprints applied</.exec(audit)?.[1] ?? "";
  const found = (await person.get(`/console/audit?action=${value}`)).text;
  expect(found).toContain("Blueprint: apply");
  expect(found).not.toContain("Blueprint: create");
});

test("leaving a team and removing somebody from it are told apart", async () => {
  const owner = await signedIn(worker.url);
  await owner.post("/console/teams", { name: "Both" });
  const members = [await joined(owner), await joined(owner)];
  const page = (await owner.get("/console/team")).text;
  const ids = [...page.matchAll(/\/console\/team\/members\/(\d+)\/remove/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(3);
  const leave = /\/console\/team\/members\/\d+\/remove/;
  const own = leave.exec((await members[0]?.get("/console/team"))?.text ?? "")?.[0] ?? "";
  const left = await members[0]?.post(own);
  const after = (await members[0]?.get(left ? locationOf(left) : ""))?.text;
  expect(after).toContain("You have left the team.");
  const theirs = leave.exec((await members[1]?.get("/console/team"))?.text ?? "")?.[0] ?? "";
  const removed = await owner.post(theirs);
  expect((await owner.get(locationOf(removed))).text).toContain("They are in the team no more.");
});

/** Somebody new who was invited to the team that the owner looks at, and has joined it. */
async function joined(owner: Person): Promise<Person> {
  const address = newAddress();
  await owner.post("/console/team/invite", { email: address, role: "member" });
  const guest = await signedIn(worker.url, address);
  const { text } = await guest.get("/console/invitations");
  await guest.post(/\/console\/invitations\/[^/"]+\/accept/.exec(text)?.[0] ?? "");
  return guest;
}

test("deliveries are said to be kept for as long as they are", async () => {
  const person = await signedIn(worker.url);
  const made = await person.post("/console/webhooks", { url: "http://127.0.0.1:9/nobody" });
  const endpoint = /\/console\/webhooks\/\d+/.exec(made.text)?.[0] ?? "";
  await person.post(`${endpoint}/test`);
  expect((await person.get(endpoint)).text).toContain("they are kept for 7 days");
});
