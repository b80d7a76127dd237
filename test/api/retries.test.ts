import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../faults/world.ts";
import { newTenant, type Tenant } from "../support/api.ts";

/** What a request had made when it failed is found by its retry: here the store goes away in between. */
let world: World;
let tenant: Tenant;
/** The statement that fails, once. */
let failing: RegExp | null = null;

beforeAll(async () => {
  world = await startWorld(
    {},
    {
      onStoreStatement(text) {
        if (!failing?.test(text)) return;
        failing = null;
        throw new Error("The store has gone away");
      },
    },
  );
  tenant = await newTenant({ url: world.url });
});
afterAll(async () => {
  await world.stop();
});

test("a team whose maker never heard of it is not made twice", async () => {
  const options = { key: randomUUID(), body: { name: `team-${randomUUID().slice(0, 8)}` } };
  failing = /FROM memberships m\s+JOIN teams t ON t\.id = m\.team_id WHERE .* AND t\.id = /s;
  const failed = await tenant.call("POST", "/api/v1/teams", options);
  expect(failed.status).toBeGreaterThanOrEqual(500);
  expect(failing).toBeNull();
  const again = await tenant.call("POST", "/api/v1/teams", options);
  expect([again.status, again.body.data?.name]).toEqual([201, options.body.name]);
  const { body } = await tenant.call("GET", "/api/v1/teams");
  const made = body.data.filter((team: { name: string }) => team.name === options.body.name);
  expect(made.map((team: { id: number }) => team.id)).toEqual([again.body.data.id]);
});
