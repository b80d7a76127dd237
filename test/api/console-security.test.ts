import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/api.ts";
import {
  askForLink,
  cookieSet,
  newAddress,
  type Person,
  send,
  signedIn,
  startConsoleWorker,
} from "../support/console.ts";
import type { RunningWorker } from "../support/worker.ts";

const hourMs = 3_600_000;

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startConsoleWorker();
});
afterAll(() => worker.stop());

function isInside({ status, text }: { status: number; text: string }): boolean {
  return status === 200 && text.includes("Sign out");
}

describe("the mailed link", () => {
  test("is not used up by being opened, and signs in once", async () => {
    const path = await askForLink(worker.url, newAddress());
    for (let opened = 0; opened < 3; opened++) {
      expect((await send(worker.url, path)).text).toContain("You are nearly in");
    }
    const entered = await send(worker.url, path, { form: {} });
    expect(entered.status).toBe(303);
    const cookie = cookieSet(entered, "session") ?? "";
    expect(isInside(await send(worker.url, "/console/databases", { cookie }))).toBe(true);
    const again = await send(worker.url, path, { form: {} });
    expect(again.status).toBe(410);
    expect(cookieSet(again, "session")).toBeNull();
    expect((await send(worker.url, path)).status).toBe(410);
  });

  test("used twice at once signs in one of the two", async () => {
    const path = await askForLink(worker.url, newAddress());
    const both = await Promise.all([1, 2].map(() => send(worker.url, path, { form: {} })));
    expect(both.map(({ status }) => status).sort()).toEqual([303, 410]);
  });

  test("works for its own purpose alone: it gives no key of pumaDB, and theirs no session", async () => {
    const address = newAddress();
    const token = (await askForLink(worker.url, address)).split("/").at(-1) ?? "";
    const at = { url: worker.url, key: null };
    const verified = await call("POST", "/auth/verify", { ...at, body: { token } });
    expect(verified.status).toBe(401);
    const theirs = await call("POST", "/auth/magic-link", { ...at, body: { email: address } });
    const theirToken = theirs.body.dev_magic_link.split("/").at(-1);
    const path = `/console/sign-in/link/${theirToken}`;
    expect((await send(worker.url, path, { form: {} })).status).toBe(410);
  });

  test("has ended after a quarter of an hour", async () => {
    const path = await askForLink(worker.url, newAddress());
    await worker.moveClock(15 * 60_000 + 1_000);
    expect((await send(worker.url, path, { form: {} })).status).toBe(410);
  });

  test("is neither asked for nor used by a form on another site", async () => {
    const path = await askForLink(worker.url, newAddress());
    const foreign = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
    ];
    for (const headers of foreign) {
      const entered = await send(worker.url, path, { form: {}, headers });
      expect(entered.status).toBe(403);
      expect(cookieSet(entered, "session")).toBeNull();
      const form = { email: newAddress() };
      expect((await send(worker.url, "/console/sign-in", { form, headers })).status).toBe(403);
    }
    expect((await send(worker.url, path, { form: {} })).status).toBe(303);
  });

  test("is mailed to a known and an unknown address alike", async () => {
    const known = (await signedIn(worker.url)).address;
    const answers = await Promise.all(
      [known, newAddress()].map(async (address) => {
        const asked = await send(worker.url, "/console/sign-in", { form: { email: address } });
        const text = asked.text.replaceAll(address, "").replace(/link\/[\w.]+/, "");
        return { status: asked.status, text: text.replace(/nonce="[^"]*"/g, "") };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe("the session's cookie", () => {
  test("is out of scripts' reach, stays on this site, and is new for each sign-in", async () => {
    const address = newAddress();
    const path = await askForLink(worker.url, address);
    const planted = `console-session=${"A".repeat(40)}`;
    const entered = await send(worker.url, path, { form: {}, cookie: planted });
    const [set = ""] = entered.headers.getSetCookie().filter((each) => each.includes("-session="));
    expect(set).toMatch(
      /^console-session=[A-Za-z0-9]{40}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=86400$/,
    );
    expect(set.startsWith(planted)).toBe(false);
    expect(isInside(await send(worker.url, "/console/databases", { cookie: planted }))).toBe(false);
    const second = await signedIn(worker.url, address);
    expect(set.startsWith(second.cookie)).toBe(false);
  });

  test("over https is for this host alone and never sent in clear", async () => {
    const secure = await startConsoleWorker({ PUBLIC_URL: "https://db.example.com" });
    try {
      const path = await askForLink(secure.url, newAddress());
      const entered = await send(secure.url, path, { form: {} });
      const [set = ""] = entered.headers
        .getSetCookie()
        .filter((each) => each.includes("-session="));
      expect(set).toMatch(
        /^__Host-console-session=[^;]+; Path=\/; HttpOnly; SameSite=Lax; .*; Secure$/,
      );
      // A cookie of the plain name, which a sibling host could set, is not looked at.
      const plain = (set.split(";")[0] ?? "").replace("__Host-", "");
      const refused = await send(secure.url, "/console/databases", { cookie: plain });
      expect(refused.status).toBe(303);
    } finally {
      await secure.stop();
    }
  });

  test("opens the console alone: the API wants a key, and the token is none", async () => {
    const { cookie } = await signedIn(worker.url);
    const at = { url: worker.url };
    expect((await call("GET", "/api/v1/me", { ...at, headers: { cookie } })).status).toBe(401);
    const token = cookie.split("=")[1] ?? "";
    expect((await call("GET", "/api/v1/me", { ...at, token })).status).toBe(403);
  });

  test("ends when it is not used for a day, and is renewed while it is", async () => {
    const used = await signedIn(worker.url);
    const unused = await signedIn(worker.url);
    for (let hours = 0; hours < 30; hours += 10) {
      await worker.moveClock(10 * hourMs);
      const page = await used.get("/console/account");
      expect(isInside(page)).toBe(true);
      expect(cookieSet(page, "session")).toBe(used.cookie);
    }
    const ended = await unused.get("/console/account");
    expect(ended.status).toBe(303);
    expect(ended.headers.get("location")).toMatch(/^\/console\/sign-in\?next=/);
    expect(ended.headers.getSetCookie().join()).toContain("Max-Age=0");
  });

  test("ends after two weeks, however much it is used", async () => {
    const person = await signedIn(worker.url);
    for (let day = 0; day < 14; day++) {
      await worker.moveClock(23 * hourMs);
      expect(isInside(await person.get("/console/account"))).toBe(true);
    }
    await worker.moveClock(14 * hourMs);
    expect((await person.get("/console/account")).status).toBe(303);
  });

  test("is worth nothing after signing out, of one browser or of all", async () => {
    const address = newAddress();
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => signedIn(worker.url, address)));
    if (!one || !two || !three) throw new Error("unreachable");
    expect((await one.post("/console/sign-out")).status).toBe(303);
    expect((await one.get("/console/account")).status).toBe(303);
    expect(isInside(await two.get("/console/account"))).toBe(true);
    const everywhere = await two.post("/console/sign-out-everywhere");
    expect(everywhere.headers.getSetCookie().join()).toContain("Max-Age=0");
    expect((await two.get("/console/account")).status).toBe(303);
    expect((await three.get("/console/account")).status).toBe(303);
    expect(isInside(await (await signedIn(worker.url, address)).get("/console/account"))).toBe(
      true,
    );
  });
});

describe("a form", () => {
  async function teamName(person: Person): Promise<string> {
    return /<h1>([^<]*)<\/h1>/.exec((await person.get("/console/team")).text)?.[1] ?? "";
  }

  test("does nothing without the session's own token, or when another site sent it", async () => {
    const [person, stranger] = await Promise.all([signedIn(worker.url), signedIn(worker.url)]);
    const before = await teamName(person);
    const page = (await stranger.get("/console/team")).text;
    const theirs = /name="form_token" value="([^"]+)"/.exec(page)?.[1] ?? "";
    const own = /name="form_token" value="([^"]+)"/.exec((await person.get("/console/team")).text);
    const { cookie } = person;
    const attempts = [
      { form: { name: "Taken" } },
      { form: { name: "Taken", form_token: "" } },
      { form: { name: "Taken", form_token: theirs } },
      {
        form: { name: "Taken", form_token: own?.[1] ?? "" },
        headers: { "sec-fetch-site": "cross-site" },
      },
      {
        form: { name: "Taken", form_token: own?.[1] ?? "" },
        headers: { "content-type": "text/plain" },
      },
    ];
    for (const attempt of attempts) {
      const answer = await send(worker.url, "/console/team/rename", { cookie, ...attempt });
      expect(answer.status).toBe(403);
      expect(answer.text).toContain("Nothing was changed");
    }
    expect(await teamName(person)).toBe(before);
    expect((await person.post("/console/team/rename", { name: "Mine" })).status).toBe(303);
    expect(await teamName(person)).toBe("Mine");
  });

  test("that is sent twice makes one database", async () => {
    const person = await signedIn(worker.url);
    const request = crypto.randomUUID();
    const fields = { name: "once", db_type: "postgres", plan: "free", request };
    const answers = [
      await person.post("/console/databases", fields),
      await person.post("/console/databases", fields),
    ];
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(answers[0]?.headers.get("location")).toBe(answers[1]?.headers.get("location"));
  });

  test("that is sent twice makes one key, and says that it cannot be shown again", async () => {
    const person = await signedIn(worker.url);
    const request = crypto.randomUUID();
    const fields = { name: "once", permissions: "databases:read", request };
    const first = await person.post("/console/keys", fields);
    expect(first.text).toMatch(/pk_live_\w+/);
    const second = await person.post("/console/keys", fields);
    expect(second.status).toBe(409);
    expect(second.text).toContain("Revoke that key, and make another");
    expect((await person.get("/console/keys")).text.match(/\/revoke"/g)).toHaveLength(1);
  });
});

test("every page refuses to be framed, kept, indexed, or to run what is not ours", async () => {
  const person = await signedIn(worker.url);
  const link = await askForLink(worker.url, newAddress());
  const inside = ["databases", "databases/new", "keys", "keys/new", "team", "teams/new", "audit"];
  const pages = [
    await send(worker.url, "/console/sign-in"),
    await send(worker.url, link),
    await send(worker.url, "/console/nowhere"),
    ...(await Promise.all(inside.map((path) => person.get(`/console/${path}`)))),
  ];
  for (const { headers } of pages) {
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(policy).toMatch(/script-src 'nonce-[\w-]+';/);
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-robots-tag")).toContain("noindex");
  }
});

test("nobody is sent elsewhere after signing in", async () => {
  const elsewhere = [
    "https://evil.example/console",
    "//evil.example/console",
    "/\\evil.example/console",
    "/console@evil.example",
    "/console.evil.example",
    "/consolé",
    "javascript:alert(1)//console",
    "/console/../api/v1/me",
    "/console/%2e%2e/auth",
    "/console\r\nset-cookie: a=b",
    "/console/sign-in/link/x",
    "\t//evil.example/console",
  ];
  for (const next of elsewhere) {
    const address = newAddress();
    const form = { email: address, next };
    const asked = await send(worker.url, "/console/sign-in", { form });
    const path = new URL(/href="([^"]*sign-in\/link[^"]*)"/.exec(asked.text)?.[1] ?? "").pathname;
    const remembered = cookieSet(asked, "next") ?? "";
    const forged = `console-next=${encodeURIComponent(next)}`;
    for (const cookie of [remembered, forged]) {
      const link = cookie === forged ? await askForLink(worker.url, address) : path;
      const entered = await send(worker.url, link, { form: {}, cookie });
      expect([next, entered.headers.get("location")]).toEqual([next, "/console"]);
    }
    const page = await send(worker.url, `/console/sign-in?next=${encodeURIComponent(next)}`);
    expect(page.text).not.toContain('name="next"');
  }
  const wanted = "/console/audit?where=all";
  const form = { email: newAddress(), next: wanted };
  const asked = await send(worker.url, "/console/sign-in", { form });
  const path = new URL(/href="([^"]*sign-in\/link[^"]*)"/.exec(asked.text)?.[1] ?? "").pathname;
  const cookie = cookieSet(asked, "next") ?? "";
  const entered = await send(worker.url, path, { form: {}, cookie });
  expect(entered.headers.get("location")).toBe(wanted);
});

test("what people call things is text on every page, never markup", async () => {
  const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>'&`;
  const person = await signedIn(worker.url);
  await person.post("/console/team/rename", { name: hostile });
  await person.post("/console/keys", { name: hostile, permissions: "databases:read" });
  const problem = await person.post("/console/databases", { name: hostile });
  const link = await askForLink(worker.url, person.address);
  const entered = await send(worker.url, link, { form: {}, headers: { "user-agent": hostile } });
  expect(entered.status).toBe(303);
  const paths = ["team", "keys", "audit", "audit?where=all&action=%3Cscript%3E", "account"];
  const pages = await Promise.all(paths.map((path) => person.get(`/console/${path}`)));
  for (const { text } of [...pages, problem]) {
    expect(text).not.toContain("<img src=x");
    expect(text).not.toContain("<script>");
  }
  expect(pages[0]?.text).toContain("&lt;script&gt;alert(2)");
});

test("a person reaches nothing of anybody else's", async () => {
  const [owner, stranger] = await Promise.all([signedIn(worker.url), signedIn(worker.url)]);
  const made = await owner.post("/console/databases", { name: "mine", db_type: "postgres" });
  const place = made.headers.get("location") ?? "";
  const shown = await owner.post("/console/keys", { name: "k", permissions: "databases:read" });
  expect(shown.status).toBe(200);
  const keys = (await owner.get("/console/keys")).text;
  const keyId = /\/console\/keys\/(\d+)\/revoke/.exec(keys)?.[1] ?? "";
  const account = (await owner.get("/console/account")).text;
  const sessionPath = /\/console\/account\/sessions\/[^/]+\/end/.exec(account)?.[0] ?? "";
  const teamId = /name="team_id" value="(\d+)"/.exec(keys)?.[1] ?? "";
  expect(place).toMatch(/^\/console\/databases\/[0-9a-f-]{36}$/);
  expect(sessionPath).toMatch(/^\/console\/account\/sessions\/[\w-]+\/end$/);
  for (const id of [keyId, teamId]) expect(id).toMatch(/^\d+$/);
  const refused = [
    await stranger.get(place),
    await stranger.get(`${place}/delete`),
    await stranger.post(`${place}/password`),
    await stranger.post(`${place}/rename`, { name: "theirs" }),
    await stranger.post(`${place}/rotate`, { overlap_seconds: "0" }),
    await stranger.post(`${place}/delete`, { name: "mine" }),
    await stranger.post(`/console/keys/${keyId}/revoke`),
    await stranger.post("/console/team/switch", { team_id: teamId }),
  ];
  for (const { status, text } of refused) {
    expect(status).toBe(404);
    expect(text).toContain("This is not here");
  }
  // It ends none but the asker's own sessions, and answers the same whether it has ended one.
  const ended = await stranger.post(sessionPath);
  const location = "/console/account?done=session_ended";
  expect([ended.status, ended.headers.get("location")]).toEqual([303, location]);
  expect(isInside(await owner.get(place))).toBe(true);
});

test("one session's requests are counted, and too many are told when to come back", async () => {
  const narrow = await startConsoleWorker({ CONSOLE_REQUESTS_PER_MINUTE: "5" });
  try {
    const person = await signedIn(narrow.url);
    const answers = [];
    for (let sent = 0; sent < 6; sent++) answers.push(await person.get("/console/account"));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(Number(answers[5]?.headers.get("retry-after"))).toBeGreaterThan(0);
    const other = await signedIn(narrow.url);
    expect((await other.get("/console/account")).status).toBe(200);
  } finally {
    await narrow.stop();
  }
});
