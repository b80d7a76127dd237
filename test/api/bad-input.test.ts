import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, inject, test } from "vitest";
import type { z } from "zod";
import { bodyBytesMax } from "../../src/polykomos/read-input.ts";
import { type Answer, call, newDatabase, newTenant, type Tenant } from "../support/api.ts";
import { jsonTexts, naughtyStrings, shapedBodies, sizeCases } from "../support/bad-inputs.ts";
import {
  badUrlTexts,
  badValues,
  bodyWith,
  fieldsText,
  inTurns,
  otherJson,
  unreadableBodies,
} from "../support/bad-values.ts";
import { type Declared, declared, pathOf } from "../support/declarations.ts";
import { exampleBody } from "../support/examples.ts";
import { type Field, fieldsOf, withField } from "../support/fields.ts";
import { raw } from "../support/raw.ts";
import { rowsOf } from "../support/rows.ts";
import { storeSql } from "../support/sql.ts";
import { testSecrets } from "../support/worker.ts";

/**
 * Whatever is sent, the answer is a 4xx that names what is wrong (or a 2xx where the value happens
 * to be right), in the error envelope, with nothing of our insides; `call` checks the envelope. The
 * fields come from the declarations, so a new one is tried without being added here.
 */
const databases = "/api/v1/databases";

function titleOf(declaration: Declared): string {
  return `${declaration.method.toUpperCase()} ${declaration.path}`;
}

function tokenOf({ api }: Declared, tenant: Tenant): string {
  return api === "admin" ? testSecrets.ADMIN_TOKEN : tenant.key;
}

/** Ids that are well-formed and name nothing, so that a value that passes does no harm. */
function harmlessPath(declaration: Declared, uuid: string = randomUUID()): string {
  const shape: Record<string, z.ZodType> = declaration.params?.shape ?? {};
  const ids = Object.entries(shape).map(([name, schema]) => [
    name,
    schema.safeParse("999999998").success ? "999999998" : uuid,
  ]);
  return pathOf(declaration, Object.fromEntries(ids));
}

/** Whether the answer's error tells of the field, of a part of it, or of what it is a part of. */
function names(answer: Answer, field: string): boolean {
  const { details } = answer.body.error;
  const told: string[] = [details?.field, ...(details?.problems ?? []).map(fieldName)];
  return told.some(
    (each) =>
      typeof each === "string" &&
      (each === field || each.startsWith(`${field}.`) || field.startsWith(`${each}.`)),
  );
}

function fieldName(problem: { field: string }): string {
  return problem.field;
}

function listed(place: Field["place"]) {
  return declared
    .flatMap(fieldsOf)
    .filter((field) => field.place === place)
    .map((field) => [titleOf(field.declaration), field.name, field] as const);
}

function isOk({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

async function trySend(method: string, path: string, options: Parameters<typeof call>[2]) {
  const answer = await call(method, path, options);
  expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(500);
  return answer;
}

async function targetOf(declaration: Declared, tenant: Tenant): Promise<string> {
  if (!declaration.path.includes("{uuid}")) return randomUUID();
  return (await newDatabase(tenant)).uuid;
}

test.each(listed("body"))(
  "%s: a wrong %s is refused by its name, and nothing is half made",
  async (_, name, { declaration }) => {
    const tenant = await newTenant();
    const path = harmlessPath(declaration, await targetOf(declaration, tenant));
    const method = declaration.method.toUpperCase();
    const token = tokenOf(declaration, tenant);
    const before = await rowsOf(tenant);
    let isAllRefused = true;
    await inTurns(badValues, async (value) => {
      const example = exampleBody(declaration, tenant);
      const body = bodyWith(withField, example, name, value);
      const isRight = declaration.body?.safeParse(JSON.parse(body)).success;
      const answer = await trySend(method, path, { token, body });
      if (isOk(answer)) isAllRefused = false;
      if (!isRight) {
        expect([value.slice(0, 80), answer.status]).toEqual([value.slice(0, 80), 422]);
        expect(names(answer, name), `${value.slice(0, 80)} ${JSON.stringify(answer.body)}`).toBe(
          true,
        );
      }
      if (!isOk(answer) && typeof example?.email === "string") {
        const made = await storeSql("SELECT 1 FROM users WHERE email = $1", [example.email]);
        expect(made).toEqual([]);
      }
    });
    if (isAllRefused) expect(await rowsOf(tenant)).toEqual(before);
  },
);

const badPathTexts = [
  ...badUrlTexts,
  `${randomUUID()}x`,
  randomUUID().slice(1),
  randomUUID().replaceAll("-", ""),
];

test.each(listed("path"))("%s: a wrong %s in the path is refused", async (_, name, field) => {
  const { declaration } = field;
  const tenant = await newTenant();
  const method = declaration.method.toUpperCase();
  const token = tokenOf(declaration, tenant);
  const before = await rowsOf(tenant);
  await inTurns(badPathTexts, async (text) => {
    const ids = { uuid: randomUUID(), id: "999999998", delivery_id: "999999998", [name]: text };
    const body = exampleBody(declaration, tenant);
    const options = { token, ...(body ? { body } : {}) };
    const answer = await trySend(method, pathOf(declaration, ids), options);
    expect([text, [404, 405, 422]]).toEqual([text, expect.arrayContaining([answer.status])]);
  });
  expect(await rowsOf(tenant)).toEqual(before);
});

test.each(listed("query"))("%s: a wrong %s in the query is refused", async (_, name, field) => {
  const { declaration } = field;
  const tenant = await newTenant();
  const method = declaration.method.toUpperCase();
  const token = tokenOf(declaration, tenant);
  const before = await rowsOf(tenant);
  const texts = [...badPathTexts, "", "%", "%zz", "1&1", "a".repeat(20_000)];
  await inTurns(texts, async (text) => {
    const body = exampleBody(declaration, tenant);
    const options = { token, ...(body ? { body } : {}) };
    for (const query of [
      `${name}=${text}`,
      `${name}=${text}&${name}=${text}`,
      `${name}[]=${text}`,
    ]) {
      const given = new URLSearchParams(query);
      const isOnce = given.getAll(name).length < 2;
      if (isOnce && declaration.query?.safeParse(Object.fromEntries(given)).success) continue;
      const answer = await trySend(method, `${harmlessPath(declaration)}?${query}`, options);
      expect([query.slice(0, 80), answer.status]).toEqual([query.slice(0, 80), 422]);
    }
  });
  expect(await rowsOf(tenant)).toEqual(before);
});

test("no operation takes a parameter that it does not declare", async () => {
  const tenant = await newTenant();
  const before = await rowsOf(tenant);
  await inTurns(declared, async (declaration) => {
    const method = declaration.method.toUpperCase();
    const body = exampleBody(declaration, tenant);
    const options = { token: tokenOf(declaration, tenant), ...(body ? { body } : {}) };
    for (const name of ["unknown", "__proto__", "constructor"]) {
      const answer = await trySend(method, `${harmlessPath(declaration)}?${name}=1`, options);
      const asked = `${titleOf(declaration)} ${name}`;
      const { code, details } = answer.body.error;
      expect([asked, answer.status, code, details.field]).toEqual([
        asked,
        422,
        "unknown_field",
        name,
      ]);
    }
  });
  expect(await rowsOf(tenant)).toEqual(before);
});

const withBody = declared.filter((each) => each.body).map((each) => [titleOf(each), each] as const);

/** Bodies that no operation takes, and the status that refuses them. */
const badBodies: [what: string, body: string | Uint8Array, status: number][] = [
  ...unreadableBodies.map(([what, body]): [string, string | Uint8Array, number] => [
    what,
    body,
    400,
  ]),
  ...otherJson.map((body): [string, string, number] => [body, body, 422]),
  ["sixty thousand fields", fieldsText(60_000), 422],
  ["a hundred thousand fields", fieldsText(100_000), 413],
  ["a byte too much", "[]".padEnd(bodyBytesMax + 1), 413],
  ["three megabytes", `{"name":"${"a".repeat(3_000_000)}"}`, 413],
];

test.each(withBody)("%s refuses bodies that are no request at all", async (_, declaration) => {
  const tenant = await newTenant();
  const path = harmlessPath(declaration);
  const method = declaration.method.toUpperCase();
  const before = await rowsOf(tenant);
  for (const [what, body, status] of badBodies) {
    const answer = await raw({
      method,
      path,
      headers: [
        ["Authorization", `Bearer ${tokenOf(declaration, tenant)}`],
        ["Content-Type", "application/json"],
        ["Content-Length", String(Buffer.byteLength(body))],
        ["Idempotency-Key", randomUUID()],
      ],
      chunks: [body],
    });
    expect([what, answer.status]).toEqual([what, status]);
  }
  expect(await rowsOf(tenant)).toEqual(before);
});

function* piecesOf(bytes: number): Generator<string> {
  yield '{"name":"';
  for (let sent = 0; sent < bytes; sent += 50_000) yield "a".repeat(50_000);
  yield '"}';
}

test.each(withBody)("%s stops reading a long body that tells no length", async (_, declaration) => {
  const tenant = await newTenant();
  const answer = await raw({
    method: declaration.method.toUpperCase(),
    path: harmlessPath(declaration),
    headers: [
      ["Authorization", `Bearer ${tokenOf(declaration, tenant)}`],
      ["Content-Type", "application/json"],
      ["Transfer-Encoding", "chunked"],
      ["Idempotency-Key", randomUUID()],
    ],
    chunks: piecesOf(3_000_000),
  });
  expect(answer.status).toBe(413);
});

test.each(withBody)(
  "%s refuses fields it does not know, prototypes too",
  async (_, declaration) => {
    const tenant = await newTenant();
    const path = harmlessPath(declaration, await targetOf(declaration, tenant));
    const method = declaration.method.toUpperCase();
    const token = tokenOf(declaration, tenant);
    const before = await rowsOf(tenant);
    for (const body of shapedBodies()) {
      const answer = await trySend(method, path, { token, body });
      expect([body, answer.status]).toEqual([body, 422]);
    }
    const example = JSON.stringify(exampleBody(declaration, tenant));
    for (const added of [
      '"__proto__":{}',
      '"constructor":1',
      '"":1',
      '"nothing":null',
      '"toJSON":1',
    ]) {
      const body = example.replace(/\}$/, `,${added}}`);
      const answer = await trySend(method, path, { token, body });
      expect([added, answer.status, answer.body.error.code]).toEqual([added, 422, "unknown_field"]);
    }
    expect(await rowsOf(tenant)).toEqual(before);
    expect((await tenant.call("GET", "/api/v1/me")).body.data.api_key).not.toHaveProperty(
      "polluted",
    );
  },
);

test("a body that names a field twice is one request with the last of them, or none", async () => {
  const tenant = await newTenant();
  const name = `app-${randomUUID().slice(0, 8)}`;
  const body = `{"name":"Not A Name","name":"${name}"}`;
  const answer = await tenant.call("POST", databases, { body });
  if (isOk(answer)) expect(answer.body.data.name).toBe(name);
  else expect(answer.status).toBe(400);
});

const textFields = listed("body").filter(([, name, { declaration }]) => {
  const example = exampleBody(declaration, { userId: 1, teamId: 1 });
  return (
    typeof example?.[name] === "string" &&
    !["adminCreateServer", "adminUpdateServer"].includes(declaration.operationId)
  );
});

/** Each field is sent a part of the list, each its own, so that all of it is sent several times over. */
const shares = 10;

function shareFor(field: (typeof textFields)[number]): string[] {
  const own = textFields.indexOf(field) % shares;
  return naughtyStrings().filter((_, index) => index % shares === own);
}

describe("every naughty string", () => {
  test.each(textFields.map((each) => [...each, shareFor(each)] as const))(
    "is refused or taken as it is by %s as %s",
    async (_, name, field, strings) => {
      const { declaration } = field;
      const tenant = await newTenant();
      const path = harmlessPath(declaration);
      const method = declaration.method.toUpperCase();
      const token = tokenOf(declaration, tenant);
      await inTurns(strings, async (text) => {
        const body = withField(exampleBody(declaration, tenant), name, text);
        const answer = await trySend(method, path, { token, body });
        const isRight = declaration.body?.safeParse(body).success;
        if (!isRight) expect([text, answer.status]).toEqual([text, 422]);
        const shown = isOk(answer) ? answer.body.data[name] : undefined;
        if (typeof shown === "string" && name !== "email") expect(shown).toBe(text.trim());
      });
    },
  );

  test("is no name of a database, unless it is one by the pattern", async () => {
    const tenant = await newTenant();
    const { uuid } = await newDatabase(tenant);
    const pattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
    // Few of them fit the pattern, and of the others it does not matter which are sent.
    const some = naughtyStrings().filter(
      (text, index) => pattern.test(text) || index % shares === 0,
    );
    await inTurns(some, async (name) => {
      const answer = await trySend("PATCH", `${databases}/${uuid}`, {
        token: tenant.key,
        body: { name },
      });
      expect([name, answer.status]).toEqual([name, pattern.test(name) ? 200 : 422]);
    });
  });
});

test("every JSON text is read by the standard or refused", async () => {
  const tenant = await newTenant();
  const before = await rowsOf(tenant);
  await inTurns(jsonTexts(), async ({ name, parses, bytes }) => {
    const answer = await raw({
      method: "POST",
      path: databases,
      headers: [
        ["Authorization", `Bearer ${tenant.key}`],
        ["Content-Type", "application/json"],
        ["Content-Length", String(bytes.length)],
        ["Idempotency-Key", randomUUID()],
      ],
      chunks: [bytes],
    });
    const expected = { must: [422], not: [400], either: [400, 422] }[parses];
    expect(expected, `${name} ${JSON.stringify(answer.body)}`).toContain(answer.status);
  });
  expect(await rowsOf(tenant)).toEqual(before);
});

/** What the cases of size and shape are tried by; those of the other API are tried there. */
const triedBy: Record<string, string> = {
  depth: "bodies that are no request at all",
  keys: "bodies that are no request at all",
  "one string 1/5/10/50/101 MiB": "long bodies, with and without a length",
  "Content-Length lies (too small/too large)": "a body shorter or longer than it tells",
  "chunked without end": "a body that never ends",
  "Content-Encoding: gzip bomb": "bodies of other types",
  "Content-Type text/plain, missing, application/json; charset=utf-16": "bodies of other types",
  "UTF-8 BOM, invalid UTF-8": "bodies that are no request at all",
  "header 64 KiB, 200 headers": "headers without measure",
  'limit=0,-1,1e3,1e309,"", " 5", 5.0, 1001, 0x10': "pagination",
  'sort=-,--a,__proto__,a.b,"a;b", 10 KB': "pumaDB",
  'filter=not json, [], "x", {"a":{}} , {"a":[1]} , 1 MB': "pumaDB",
  "table names: _tables, __proto__, constructor, a*64 ok, a*65 no, %2e%2e, A vs a, unicode":
    "pumaDB",
};

test("every known case of size and shape is tried somewhere", () => {
  const untried = sizeCases().filter((each) => triedBy[each.case] === undefined);
  expect(untried).toEqual([]);
});

/** The first bytes of an answer may take as long as a busy machine needs. */
const firstMs = 30_000;

/** Writes bytes to a connection and reads until it ends, or until the server says nothing more. */
function exchange(texts: Iterable<string>, quietMs: number): Promise<string> {
  const { hostname, port } = new URL(inject("suite").url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.setTimeout(firstMs, () => socket.destroy());
    socket.on("data", (part) => {
      socket.setTimeout(quietMs);
      received += part.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
    for (const text of texts) socket.write(text);
  });
}

function head(key: string, ...lines: string[]): string {
  const all = [
    `POST ${databases} HTTP/1.1`,
    "Host: test",
    `Authorization: Bearer ${key}`,
    "Content-Type: application/json",
    `Idempotency-Key: ${randomUUID()}`,
    ...lines,
  ];
  return `${all.join("\r\n")}\r\n\r\n`;
}

describe("a body", () => {
  const json = '{"name":"never-made"}';
  /** Headers that are no HTTP are refused by the platform, in its own words. */
  const broken: [what: string, lines: string[], texts: string[], answers: RegExp][] = [
    ["shorter than it tells", ["Content-Length: 5000"], [json], /^($|HTTP\/1\.1 4)/],
    ["with a length that is no number", ["Content-Length: many"], [json], /^($|HTTP\/1\.1 [45])/],
    [
      "with two lengths",
      ["Content-Length: 21", "Content-Length: 2"],
      [json],
      /^($|HTTP\/1\.1 [45])/,
    ],
    ["that never ends", ["Transfer-Encoding: chunked"], [`15\r\n${json}\r\n`], /^($|HTTP\/1\.1 4)/],
    [
      "in pieces that are no pieces",
      ["Transfer-Encoding: chunked"],
      [`zz\r\n${json}\r\n0\r\n\r\n`],
      /^($|HTTP\/1\.1 4)/,
    ],
  ];
  test.each(broken)(
    "%s makes nothing, and others are served meanwhile",
    async (_, lines, texts, answers) => {
      const tenant = await newTenant();
      const before = await rowsOf(tenant);
      const [received, other] = await Promise.all([
        exchange([head(tenant.key, ...lines), ...texts], 700),
        tenant.call("GET", "/api/v1/me"),
      ]);
      expect(received).toMatch(answers);
      expect(received).not.toMatch(/ at \S+ \(|node_modules/);
      expect(other.status).toBe(200);
      expect(await rowsOf(tenant)).toEqual(before);
    },
  );

  test("longer than it tells is cut there, and the rest is no second request of ours", async () => {
    const tenant = await newTenant();
    const before = await rowsOf(tenant);
    const received = await exchange([head(tenant.key, "Content-Length: 5"), json], 700);
    expect(received).toMatch(/^HTTP\/1\.1 400/);
    expect(await rowsOf(tenant)).toEqual(before);
  });
});

test.each([
  ["a header of 64 KiB", [["X-Long", "a".repeat(65_536)]]],
  ["a key of 64 KiB", [["Idempotency-Key", "a".repeat(60_000)]]],
  ["two hundred headers", Array.from({ length: 200 }, (_, n) => [`X-Many-${n}`, "1"])],
  [
    "doubled content types",
    [
      ["Content-Type", "application/json"],
      ["Content-Type", "text/plain"],
    ],
  ],
] as [string, [string, string][]][])("%s does no harm", async (_, headers) => {
  const tenant = await newTenant();
  const before = await rowsOf(tenant);
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const request = `POST ${databases} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${tenant.key}\r\n`;
  const received = await exchange(
    [`${request}${lines.join("\r\n")}\r\nContent-Length: 2\r\n\r\n{}`],
    700,
  );
  expect(received).toMatch(/^HTTP\/1\.1 4/);
  expect(await rowsOf(tenant)).toEqual(before);
  expect((await tenant.call("GET", "/api/v1/me")).status).toBe(200);
});
