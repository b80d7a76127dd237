import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { admin, newDatabase, newTenant, type Tenant } from "../support/api.ts";
import { storeSql } from "../support/sql.ts";

/** Keys, teams, invitations and the audit log over the API. */
async function emailOf(tenant: Tenant): Promise<string> {
  return (await tenant.call("GET", "/api/v1/me")).body.data.user.email;
}

/** `owner` invites, `guest` joins; the team. */
async function joined(owner: Tenant, guest: Tenant, role = "member"): Promise<number> {
  const body = { email: await emailOf(guest), role };
  const path = `/api/v1/teams/${owner.teamId}/invitations`;
  const invited = await owner.call("POST", path, { body });
  expect(invited.status).toBe(201);
  const accept = `/api/v1/me/invitations/${invited.body.data.id}/accept`;
  expect((await guest.call("POST", accept)).status).toBe(200);
  return owner.teamId;
}

test("a key makes, lists and revokes keys, and shows each once", async () => {
  const tenant = await newTenant();
  const body = { name: "job", permissions: ["databases:read"], controls: { monthly_quota: 5 } };
  const made = await tenant.call("POST", "/api/v1/keys", { body });
  expect(made.status).toBe(201);
  const { api_key: key, data } = made.body;
  expect(data).toMatchObject({ name: "job", permissions: ["databases:read"], status: "active" });
  expect(data.controls).toMatchObject({ monthly_quota: 5, requests_per_minute: 120 });
  const used = await tenant.call("GET", "/api/v1/databases", { token: key });
  expect(used.status).toBe(200);
  const listed = await tenant.call("GET", "/api/v1/keys");
  expect(JSON.stringify(listed.body)).not.toContain(key);
  const [first] = listed.body.data;
  expect(first.id).toBe(data.id);
  expect(first.last_used_at).not.toBeNull();
  const revoked = await tenant.call("DELETE", `/api/v1/keys/${data.id}`);
  expect(revoked.body.data.status).toBe("revoked");
  expect((await tenant.call("GET", "/api/v1/databases", { token: key })).status).toBe(403);
});

test("a key cannot give another key what it has not itself", async () => {
  const tenant = await newTenant({ permissions: ["keys:write", "databases:read"] });
  const more = { name: "more", permissions: ["databases:read", "databases:write"] };
  const refused = await tenant.call("POST", "/api/v1/keys", { body: more });
  expect(refused.status).toBe(403);
  expect(refused.body.error).toMatchObject({
    code: "missing_scope",
    details: { missing_scope: "databases:write" },
  });
  const same = { name: "same", permissions: ["databases:read", "keys:write"] };
  expect((await tenant.call("POST", "/api/v1/keys", { body: same })).status).toBe(201);
});

test("nobody revokes the key of somebody else", async () => {
  const [one, other] = [await newTenant(), await newTenant()];
  expect((await other.call("DELETE", `/api/v1/keys/${one.keyId}`)).status).toBe(404);
  expect((await one.call("GET", "/api/v1/me")).status).toBe(200);
});

test("whoever is invited joins once, and reaches what is the team's", async () => {
  const [owner, guest, other] = [await newTenant(), await newTenant(), await newTenant()];
  const database = await newDatabase(owner);
  const path = `/api/v1/databases/${database.uuid}`;
  expect((await guest.call("GET", path)).status).toBe(404);
  const body = { email: (await emailOf(guest)).toUpperCase() };
  const invitations = `/api/v1/teams/${owner.teamId}/invitations`;
  const invited = await owner.call("POST", invitations, { body });
  expect(invited.body.data).toMatchObject({ email: await emailOf(guest), role: "member" });
  const accept = `/api/v1/me/invitations/${invited.body.data.id}/accept`;
  expect((await other.call("POST", accept)).status).toBe(404);
  const waiting = await guest.call("GET", "/api/v1/me/invitations");
  expect(waiting.body.data.map((each: { id: string }) => each.id)).toEqual([invited.body.data.id]);
  expect((await guest.call("POST", accept)).body.data).toMatchObject({
    role: "member",
    members: 2,
  });
  expect((await guest.call("POST", accept)).status).toBe(404);
  expect((await guest.call("GET", path)).status).toBe(200);
});

test("an invitation that was withdrawn or declined lets nobody in", async () => {
  const [owner, guest] = [await newTenant(), await newTenant()];
  const path = `/api/v1/teams/${owner.teamId}/invitations`;
  const body = { email: await emailOf(guest) };
  for (const end of ["withdraw", "decline"]) {
    const { id } = (await owner.call("POST", path, { body })).body.data;
    const ended =
      end === "withdraw"
        ? await owner.call("DELETE", `${path}/${id}`)
        : await guest.call("POST", `/api/v1/me/invitations/${id}/decline`);
    expect(ended.status).toBe(200);
    expect((await guest.call("POST", `/api/v1/me/invitations/${id}/accept`)).status).toBe(404);
  }
  expect((await owner.call("GET", path)).body.data).toEqual([]);
});

test("inviting an address again keeps one invitation, and a member is not invited", async () => {
  const [owner, guest] = [await newTenant(), await newTenant()];
  const path = `/api/v1/teams/${owner.teamId}/invitations`;
  const body = { email: await emailOf(guest) };
  const first = await owner.call("POST", path, { body });
  const again = await owner.call("POST", path, { body: { ...body, role: "owner" } });
  expect(again.body.data).toMatchObject({ id: first.body.data.id, role: "owner" });
  expect((await owner.call("GET", path)).body.data).toHaveLength(1);
  await guest.call("POST", `/api/v1/me/invitations/${first.body.data.id}/accept`);
  expect((await owner.call("POST", path, { body })).status).toBe(409);
});

test("members look on, owners decide, and a team keeps an owner", async () => {
  const [owner, guest] = [await newTenant(), await newTenant()];
  const team = await joined(owner, guest);
  const member = `/api/v1/teams/${team}/members`;
  expect((await guest.call("GET", member)).body.data).toHaveLength(2);
  const asGuest = [
    await guest.call("PATCH", `/api/v1/teams/${team}`, { body: { name: "mine" } }),
    await guest.call("PATCH", `${member}/${guest.userId}`, { body: { role: "owner" } }),
    await guest.call("DELETE", `${member}/${owner.userId}`),
    await guest.call("POST", `/api/v1/teams/${team}/invitations`, {
      body: { email: "a@example.com" },
    }),
  ];
  expect(asGuest.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
  const alone = await owner.call("PATCH", `${member}/${owner.userId}`, {
    body: { role: "member" },
  });
  expect(alone.status).toBe(409);
  await owner.call("PATCH", `${member}/${guest.userId}`, { body: { role: "owner" } });
  const both = await Promise.all([
    owner.call("PATCH", `${member}/${guest.userId}`, { body: { role: "member" } }),
    guest.call("PATCH", `${member}/${owner.userId}`, { body: { role: "member" } }),
  ]);
  const left = (await owner.call("GET", member)).body.data;
  expect(left.filter(({ role }: { role: string }) => role === "owner")).toHaveLength(1);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test("somebody who is removed, or leaves, reaches nothing of the team any more", async () => {
  const [owner, guest, other] = [await newTenant(), await newTenant(), await newTenant()];
  const team = await joined(owner, guest);
  await joined(owner, other);
  const database = await newDatabase(owner);
  const path = `/api/v1/databases/${database.uuid}`;
  expect((await guest.call("GET", path)).status).toBe(200);
  const gone = `/api/v1/teams/${team}/members`;
  expect((await owner.call("DELETE", `${gone}/${guest.userId}`)).status).toBe(200);
  expect((await other.call("DELETE", `${gone}/${other.userId}`)).status).toBe(200);
  expect((await guest.call("GET", path)).status).toBe(404);
  expect((await other.call("GET", path)).status).toBe(404);
  expect((await owner.call("DELETE", `${gone}/${owner.userId}`)).status).toBe(409);
});

test("a team of another is as if it were not there", async () => {
  const [owner, stranger] = [await newTenant(), await newTenant()];
  const at = `/api/v1/teams/${owner.teamId}`;
  const answers = [
    await stranger.call("PATCH", at, { body: { name: "x" } }),
    await stranger.call("GET", `${at}/members`),
    await stranger.call("GET", `${at}/invitations`),
    await stranger.call("POST", `${at}/invitations`, { body: { email: "a@example.com" } }),
    await stranger.call("DELETE", `${at}/members/${owner.userId}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
});

test("a new team is listed after the primary one, and its databases are listed alone", async () => {
  const tenant = await newTenant();
  const made = await tenant.call("POST", "/api/v1/teams", { body: { name: "Second" } });
  expect(made.body.data).toMatchObject({ name: "Second", role: "owner", is_primary: false });
  const teams = (await tenant.call("GET", "/api/v1/teams")).body.data;
  expect(teams.map(({ id }: { id: number }) => id)).toEqual([tenant.teamId, made.body.data.id]);
  const [first, second] = [
    await newDatabase(tenant),
    await newDatabase(tenant, { team_id: made.body.data.id }),
  ];
  for (const [team, uuid] of [
    [tenant.teamId, first.uuid],
    [made.body.data.id, second.uuid],
  ]) {
    const list = await tenant.call("GET", `/api/v1/databases?team_id=${team}`);
    expect(list.body.data.map((each: { uuid: string }) => each.uuid)).toEqual([uuid]);
  }
});

test("the audit log tells a team's members who did what, filtered and page by page", async () => {
  const [owner, guest, stranger] = [await newTenant(), await newTenant(), await newTenant()];
  const team = await joined(owner, guest);
  const database = await newDatabase(owner);
  await guest.call("PATCH", `/api/v1/databases/${database.uuid}`, {
    body: { name: `new-${randomUUID().slice(0, 8)}` },
  });
  const at = `/api/v1/audit_log?team_id=${team}`;
  const all = (await guest.call("GET", at)).body.data;
  const seen = all.map((each: { action: string }) => each.action);
  expect(seen).toEqual(["database.rename", "database.create", "team.join", "team.invite"]);
  expect(all[0]).toMatchObject({
    actor: `key:${guest.keyId}`,
    user: { id: guest.userId },
    target: `database:${database.uuid}`,
  });
  const by = async (filter: string) => {
    const { body } = await owner.call("GET", `${at}&${filter}`);
    return body.data.map((each: { action: string }) => each.action);
  };
  expect(await by("action=database")).toEqual(["database.rename", "database.create"]);
  expect(await by("action=team.join")).toEqual(["team.join"]);
  expect(await by(`user_id=${guest.userId}`)).toEqual(["database.rename", "team.join"]);
  expect(await by("to=2001-01-01")).toEqual([]);
  expect(await by("from=2001-01-01")).toEqual(seen);
  expect(await by(`starting_after=${all[1].id}&limit=1`)).toEqual(["team.join"]);
  expect((await stranger.call("GET", at)).body.data).toEqual([]);
  for (const wrong of ["from=0000-01-01", "to=0000-12-31", "from=2001-02-29"]) {
    const refused = await owner.call("GET", `${at}&${wrong}`);
    expect([wrong, refused.status, refused.body.error?.code]).toEqual([
      wrong,
      422,
      "invalid_field",
    ]);
  }
  expect(await by("from=0001-01-01&to=9999-12-31")).toEqual(seen);
  const unknown = await owner.call("GET", `${at}&starting_after=999999999`);
  expect(unknown.body.error.code).toBe("invalid_cursor");
});

test("the audit log is read page by page however many entries there are", async () => {
  const owner = await newTenant();
  const far = "9000000000";
  await storeSql(
    `INSERT INTO audit_log (id, actor, team_id, action, target, request_id, details, created_at)
     OVERRIDING SYSTEM VALUE
     VALUES ($1, 'system', $2, 'database.expire', 'database:x', 'sweep', '{}', now())`,
    [far, owner.teamId],
  );
  await newDatabase(owner);
  const page = await owner.call("GET", `/api/v1/audit_log?starting_after=${far}`);
  expect(page.status, JSON.stringify(page.body)).toBe(200);
  const actions = page.body.data.map((each: { action: string }) => each.action);
  expect(actions).toContain("database.create");
});

test("whoever the operator adds is in the list of members too", async () => {
  const [owner, guest] = [await newTenant(), await newTenant()];
  await admin("POST", `/teams/${owner.teamId}/members`, {
    body: { user_id: guest.userId, role: "member" },
  });
  const { body } = await owner.call("GET", `/api/v1/teams/${owner.teamId}/members`);
  expect(body.data.map((each: { user_id: number }) => each.user_id)).toEqual([
    owner.userId,
    guest.userId,
  ]);
});

test("one person's invitations are mailed thirty an hour; the others wait", async () => {
  const owner = await newTenant();
  const asked = Array.from({ length: 31 }, async () => {
    const body = { email: `${randomUUID()}@example.com` };
    const at = `/api/v1/teams/${owner.teamId}/invitations`;
    return (await owner.call("POST", at, { body })).status;
  });
  expect(new Set(await Promise.all(asked))).toEqual(new Set([201]));
  const [mailed] = await storeSql(
    "SELECT count(mailed_at)::int AS now, count(*)::int AS all FROM invitations WHERE team_id = $1",
    [owner.teamId],
  );
  expect(mailed).toEqual({ now: 30, all: 31 });
});
