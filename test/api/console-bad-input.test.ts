import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Route } from "../../src/console/area.ts";
import { consoleAreas } from "../../src/console/areas.ts";
import { naughtyStrings } from "../support/bad-inputs.ts";
import { badUrlTexts, inTurns } from "../support/bad-values.ts";
import {
  type Answered,
  consoleVars,
  newAddress,
  type Person,
  send,
  signedIn,
  startConsoleWorker,
} from "../support/console.ts";
import { ownNaughtyStrings } from "../support/naughty-strings.ts";
import { runsScript } from "../support/reflected.ts";
import { rowsOf } from "../support/rows.ts";
import { storeSql } from "../support/sql.ts";
import type { RunningWorker } from "../support/worker.ts";

/**
 * Every page and form of the console, by the list it runs on, is given what it does not expect. The
 * fields of the forms are read from the pages, so that a new one is tried by itself.
 */
const operator = newAddress();
let worker: RunningWorker;
let person: Person;
/** Pages that a person reaches by following links, with what they say. */
let pages: Map<string, string>;
let fields: string[];

beforeAll(async () => {
  worker = await startConsoleWorker({ ...consoleVars, OPERATOR_EMAILS: operator });
  person = await signedIn(worker.url, operator);
  await person.post("/console/databases", { name: "tried", db_type: "postgres", plan: "free" });
  await person.post("/console/blueprints", {
    name: "tried",
    sql_content: "CREATE TABLE IF NOT EXISTS t (a varchar(10)); INSERT INTO t VALUES ({{a}})",
    engine: "postgres",
  });
  await person.post("/console/webhooks", { url: "https://93.184.216.34/hook" });
  await person.post("/console/memory/new", { table: "notes", row: '{"a":1}', text: '{"a":1}' });
  await person.post("/console/keys", { name: "a key", permissions: "databases:read" });
  pages = await crawl();
  const names = [...pages.values()].flatMap((page) =>
    [...page.matchAll(/<(?:input|textarea|select|button)\b[^>]*\sname="([^"]+)"/g)].map(
      ([, name]) => name ?? "",
    ),
  );
  fields = [...new Set(names)].filter((name) => !["form_token", "request"].includes(name));
});
afterAll(() => worker.stop());

async function crawl(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const waiting = new Set(["/console/databases", "/console/invitations", "/console/account"]);
  for (const path of waiting) {
    if (found.size >= 120) break;
    const { text, status } = await person.get(path);
    if (status !== 200) continue;
    found.set(path, text);
    for (const [, href = ""] of text.matchAll(/href="(\/console[^"#]*)"/g)) {
      if (!/\/console\/assets|download|export/.test(href))
        waiting.add(href.replaceAll("&amp;", "&"));
    }
  }
  return found;
}

/** These take nothing that could be wrong, and do what they are for. */
const takesNothing = ["/sign-out", "/sign-out-everywhere", "/operator/sweep"];

// The areas are listed, never run, so what they would call need not exist.
const routes = consoleAreas({} as never).flatMap((area) => area.routes);

function routesOf(method: Route["method"]): [string, Route][] {
  const wanted = routes.filter(
    (each) => each.method === method && !takesNothing.includes(each.path),
  );
  // What deletes comes last, for the others to find what they are about.
  const rank = ({ path }: Route) => Number(/delete|revoke|remove|end$/.test(path));
  return wanted.sort((a, b) => rank(a) - rank(b)).map((each) => [`${method} ${each.path}`, each]);
}

/** A path of the route about things that are there, or `null` when the pages lead to none. */
function realPath({ path }: Route): string | null {
  const ids: Record<string, string> = {};
  for (const page of pages.keys()) {
    for (const other of routes) {
      const names = [...other.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
      const pattern = new RegExp(`^/console${other.path.replaceAll(/:\w+/g, "([^/]+)")}(?:\\?|$)`);
      const match = pattern.exec(page);
      if (!match || /\/new|\/assets/.test(page)) continue;
      for (const [at, name] of names.entries()) {
        ids[`${other.path.split("/")[1]}:${name}`] ??= match[at + 1] ?? "";
      }
    }
  }
  let isWhole = true;
  const real = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const id = ids[`${path.split("/")[1]}:${name}`];
    if (id === undefined) isWhole = false;
    return id ?? "";
  });
  return isWhole ? `/console${real}` : null;
}

function badPath({ path }: Route, text: string): string {
  return `/console${path.replaceAll(/:\w+/g, () => text)}`;
}

function check(what: string, { status, text, headers }: Answered): void {
  expect([what.slice(0, 500), status < 500], text.slice(0, 2_000)).toEqual([
    what.slice(0, 500),
    true,
  ]);
  const type = headers.get("content-type") ?? "";
  if (type.startsWith("text/html")) expect([what, runsScript(text)]).toEqual([what, false]);
  expect(headers.get("x-injected")).toBeNull();
}

test("pages lead to forms of every kind", () => {
  expect(pages.size).toBeGreaterThan(25);
  expect(fields).toEqual(
    expect.arrayContaining(["name", "sql_content", "url", "email", "query", "db_type"]),
  );
});

describe("a page", () => {
  test.each(routesOf("GET"))(
    "%s is shown, or is not there, whatever its address says",
    async (_, route) => {
      const real = realPath(route);
      const names = ["after", "done", "page", "version", "filter", "sort", "table", "team", "x"];
      const hasParams = route.path.includes(":");
      const asked = [
        ...(hasParams ? badUrlTexts.map((text) => badPath(route, text)) : []),
        ...badUrlTexts.map((text, index) => {
          const name = names[index % names.length];
          return `${real ?? badPath(route, "1")}?${name}=${text}&${name}=${text}`;
        }),
      ];
      await inTurns(asked, async (path) => check(path, await person.get(path)));
    },
  );
});

describe("a form", () => {
  async function rows(): Promise<unknown> {
    const [user] = await storeSql(
      `SELECT u.id, m.team_id FROM users u JOIN memberships m ON m.user_id = u.id WHERE u.email = $1
       ORDER BY m.team_id LIMIT 1`,
      [operator],
    );
    return await rowsOf({ userId: Number(user?.id), teamId: Number(user?.team_id) });
  }

  test.each(routesOf("POST"))(
    "%s does nothing when it is no form of this session",
    async (_, route) => {
      const path = realPath(route) ?? badPath(route, "1");
      const before = await rows();
      const { cookie } = person;
      const strings = ownNaughtyStrings.scripts ?? [];
      await inTurns(strings.slice(0, 2), async (text) => {
        const form = { form_token: text, request: text, name: text };
        const refused = await send(worker.url, path, { cookie, form });
        expect([path, refused.status]).toEqual([path, 403]);
        check(path, refused);
      });
      for (const type of [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "",
      ]) {
        const response = await fetch(worker.url + path, {
          method: "POST",
          redirect: "manual",
          headers: { cookie, "content-type": type, "sec-fetch-site": "same-origin" },
          body: '{"name":"x"}',
        });
        expect([type, response.status]).toEqual([type, 403]);
        await response.text();
      }
      expect(await rows()).toEqual(before);
    },
  );

  test.each(routesOf("POST"))("%s takes any text for text, or refuses it", async (title, route) => {
    const at = routesOf("POST").findIndex(([each]) => each === title);
    const token = /name="form_token" value="([^"]+)"/.exec(
      pages.get("/console/account") ?? "",
    )?.[1];
    const strings = [
      ...(ownNaughtyStrings.scripts ?? []).filter((_, index) => index % 8 === at % 8),
      ...naughtyStrings().filter((_, index) => index % 100 === at),
    ];
    const real = realPath(route);
    await inTurns(strings, async (text) => {
      const given = Object.fromEntries(fields.map((name) => [name, text]));
      const form = { ...given, form_token: token ?? "", request: text };
      const paths = [
        ...(real === null ? [] : [real]),
        badPath(route, encodeURIComponent(text.toWellFormed()) || "x"),
      ];
      for (const path of route.path.includes(":") ? paths : paths.slice(0, 1)) {
        check(`${path} ${text}`, await send(worker.url, path, { cookie: person.cookie, form }));
      }
    });
  });

  test("with one wrong field is refused for that field", async () => {
    const token = /name="form_token" value="([^"]+)"/.exec(
      pages.get("/console/account") ?? "",
    )?.[1];
    const right: Record<string, Record<string, string>> = {
      "/console/databases": { name: "another", db_type: "postgres", plan: "free" },
      "/console/webhooks": { url: "https://93.184.216.34/other" },
      "/console/keys": { name: "another", permissions: "databases:read" },
      "/console/team/invite": { email: newAddress(), role: "member" },
      "/console/teams": { name: "another" },
    };
    const asked = Object.entries(right).flatMap(([path, form]) =>
      Object.keys(form).flatMap((field, at) =>
        naughtyStrings()
          .filter((_, index) => index % 40 === at)
          .map((text) => ({ path, form: { ...form, [field]: text } })),
      ),
    );
    await inTurns(asked, async ({ path, form }) => {
      const whole = { ...form, form_token: token ?? "", request: JSON.stringify(form) };
      const answer = await send(worker.url, path, { cookie: person.cookie, form: whole });
      check(`${path} ${JSON.stringify(form)}`, answer);
      expect([200, 303, 400, 409, 413, 422, 429]).toContain(answer.status);
    });
  });
});

describe("signing in", () => {
  test("takes any address, way on and link for text", async () => {
    await inTurns(
      naughtyStrings().filter((_, index) => index % 16 === 0),
      async (text) => {
        const next = encodeURIComponent(text.toWellFormed());
        const asked = [
          send(worker.url, "/console/sign-in", { form: { email: text, next: text } }),
          send(worker.url, `/console/sign-in?next=${next}`),
          send(worker.url, `/console/sign-in/link/${next || "x"}`),
          send(worker.url, `/console/sign-in/link/${next || "x"}`, { form: { token: text } }),
        ];
        for (const answer of await Promise.all(asked)) {
          check(text, answer);
          const location = answer.headers.get("location") ?? "/";
          expect([text, new URL(location, worker.url).origin]).toEqual([text, worker.url]);
        }
      },
    );
    await inTurns(badUrlTexts, async (text) => {
      const cookie = `console-session=${text}; console-next=${text}; ${text}`;
      check(text, await send(worker.url, "/console/databases", { cookie }));
    });
  });
});
