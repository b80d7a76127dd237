import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { admin, newDatabase, newTenant, type Tenant } from "../support/api.ts";

const databases = "/api/v1/databases";

function newName(): string {
  return `app-${randomUUID().slice(0, 8)}`;
}

async function newTeam(...members: Tenant[]): Promise<{ id: number; name: string }> {
  const made = await admin("POST", "/teams", {
    body: { name: newName(), member_user_ids: members.map((each) => each.userId) },
  });
  expect(made.status).toBe(201);
  return made.body.data;
}

test("without a team a database belongs to the user's primary team", async () => {
  const tenant = await newTenant();
  await newTeam(tenant);
  expect((await newDatabase(tenant)).team_id).toBe(tenant.teamId);
});

test("members of a team see, rename, limit and delete each other's databases in it", async () => {
  const [one, other] = [await newTenant(), await newTenant()];
  const team = await newTeam(one, other);
  const database = await newDatabase(one, { team_id: team.id });
  expect([database.team_id, database.team_name]).toEqual([team.id, team.name]);
  const path = `${databases}/${database.uuid}`;

  expect((await other.call("GET", path)).body.data.db_password).toBe(database.db_password);
  const list = await other.call("GET", databases);
  expect(list.body.data.map((each: { uuid: string }) => each.uuid)).toEqual([database.uuid]);
  const name = newName();
  expect((await other.call("PATCH", path, { body: { name } })).body.data.name).toBe(name);
  const body = { connection_hard_limit: 2 };
  expect((await other.call("PATCH", `${path}/quotas`, { body })).status).toBe(200);
  expect((await other.call("DELETE", path)).status).toBe(200);
  expect((await one.call("GET", path)).status).toBe(404);
});

test("what a member makes outside the shared team stays unseen", async () => {
  const [one, other] = [await newTenant(), await newTenant()];
  await newTeam(one, other);
  const own = await newDatabase(one);
  expect((await other.call("GET", `${databases}/${own.uuid}`)).status).toBe(404);
  expect((await other.call("GET", databases)).body.data).toEqual([]);
  expect((await other.call("GET", "/api/v1/operations")).body.data).toEqual([]);
});

test("a new member sees the team's databases from then on", async () => {
  const [one, other] = [await newTenant(), await newTenant()];
  const team = await newTeam(one);
  const database = await newDatabase(one, { team_id: team.id });
  const path = `${databases}/${database.uuid}`;
  expect((await other.call("GET", path)).status).toBe(404);
  const body = { user_id: other.userId };
  expect((await admin("POST", `/teams/${team.id}/members`, { body })).status).toBe(201);
  expect((await other.call("GET", path)).status).toBe(200);
});

test("a team of others answers as a team that does not exist", async () => {
  const [tenant, stranger] = [await newTenant(), await newTenant()];
  const answers = [];
  for (const team_id of [stranger.teamId, 999_999_999, 2_147_483_648, Number.MAX_SAFE_INTEGER]) {
    const body = { name: newName(), team_id };
    const answer = await tenant.call("POST", databases, { body });
    expect([team_id, answer.status]).toEqual([team_id, 404]);
    answers.push(answer.body.error);
  }
  for (const each of answers) expect(each).toEqual(answers[0]);
  expect((await stranger.call("GET", databases)).body.data).toEqual([]);
});

test("a database of others answers as one that does not exist, whatever is asked", async () => {
  const [tenant, stranger] = [await newTenant(), await newTenant()];
  const database = await newDatabase(stranger);
  const requests = [
    ["GET", "", undefined],
    ["PATCH", "", { name: "mine" }],
    ["PATCH", "/quotas", { connection_hard_limit: 1 }],
    ["PATCH", "/quotas", { connection_hard_limit: 100_000 }],
    ["DELETE", "", undefined],
  ] as const;
  for (const [method, end, body] of requests) {
    const options = body ? { body } : {};
    const missing = await tenant.call(method, `${databases}/${randomUUID()}${end}`, options);
    const foreign = await tenant.call(method, `${databases}/${database.uuid}${end}`, options);
    expect([method, end, foreign.status]).toEqual([method, end, 404]);
    expect(foreign.body.error).toEqual(missing.body.error);
  }
  const still = await stranger.call("GET", `${databases}/${database.uuid}`);
  expect(still.body.data).toEqual({ ...database, updated_at: database.updated_at });
});

test("an operation of others answers as one that does not exist", async () => {
  const [tenant, stranger] = [await newTenant(), await newTenant()];
  await newDatabase(stranger);
  const [operation] = (await stranger.call("GET", "/api/v1/operations")).body.data;
  const foreign = await tenant.call("GET", `/api/v1/operations/${operation.id}`);
  const missing = await tenant.call("GET", `/api/v1/operations/${randomUUID()}`);
  expect(foreign.status).toBe(404);
  expect(foreign.body.error).toEqual(missing.body.error);
});

test("a name is unique within a team, and free in every other", async () => {
  const [one, other] = [await newTenant(), await newTenant()];
  const team = await newTeam(one, other);
  const name = newName();
  const first = await newDatabase(one, { name, team_id: team.id });
  const taken = await other.call("POST", databases, { body: { name, team_id: team.id } });
  expect([taken.status, taken.body.error.code]).toEqual([409, "name_taken"]);
  expect(taken.body.error.details).toEqual({ field: "name", existing_uuid: first.uuid });
  for (const tenant of [one, other]) {
    const elsewhere = await newDatabase(tenant, { name });
    expect([elsewhere.name, elsewhere.team_id]).toEqual([name, tenant.teamId]);
  }
});
