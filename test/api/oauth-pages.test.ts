import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/api.ts";
import {
  begin,
  callTool,
  connect,
  linkOf,
  newPerson,
  type PageAnswer,
  proofIn,
  refresh,
  registerClient,
  signIn,
} from "../support/oauth.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker();
});
afterAll(() => worker.stop());

/** A person at the sign-in page of a client's request. */
async function atSignIn(
  metadata: Record<string, unknown> = {},
  at: Pick<PumaWorker, "url"> = worker,
) {
  const client = await registerClient(at, metadata);
  const begun = begin(at, client);
  const person = newPerson(at);
  const page = await person.follow(begun.url);
  return { client, begun, person, page };
}

/** A person at the consent page. */
async function atConsent(
  metadata: Record<string, unknown> = {},
  at: Pick<PumaWorker, "url"> = worker,
) {
  const { client, begun, person, page } = await atSignIn(metadata, at);
  const url = await signIn(person, page.url);
  return { client, begun, person, url, page: await person.get(url) };
}

function policyOf({ headers }: PageAnswer): string {
  return headers.get("content-security-policy") ?? "";
}

describe("signing in on the way", () => {
  test("every page is for one person alone: not stored, not framed, no script from elsewhere", async () => {
    const { person, page } = await atSignIn();
    const mailed = await person.post(page.url, { action: "mail", email: person.email });
    const link = linkOf(mailed);
    const opened = await person.get(link);
    const used = await person.post(link, {});
    const consent = await person.get(used.location ?? "");
    for (const each of [page, mailed, opened, consent]) {
      expect(each.status).toBe(200);
      expect(policyOf(each)).toMatch(/default-src 'none'; script-src 'nonce-[\w-]+'; /);
      expect(policyOf(each)).toContain("frame-ancestors 'none'");
      const header = (name: string) => each.headers.get(name);
      expect(header("x-frame-options")).toBe("DENY");
      expect(header("cache-control")).toBe("no-store");
      expect(header("referrer-policy")).toBe("no-referrer");
      expect(header("x-robots-tag")).toContain("noindex");
      expect(header("access-control-allow-origin")).toBeNull();
    }
    expect(used.headers.get("cache-control")).toBe("no-store");
  });

  test("cookies are out of reach of scripts and other sites; on https they are sent there alone", async () => {
    const { person, page } = await atSignIn();
    const mailed = await person.post(page.url, { action: "mail", email: person.email });
    const used = await person.post(linkOf(mailed), {});
    const lines = [...mailed.headers.getSetCookie(), ...used.headers.getSetCookie()];
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  });

  test("a mail scanner that opens the link uses nothing up", async () => {
    const { person, page } = await atSignIn();
    const mailed = await person.post(page.url, { action: "mail", email: person.email });
    const link = linkOf(mailed);
    const scanner = newPerson(worker);
    for (const _ of [1, 2]) expect((await scanner.get(link)).status).toBe(403);
    expect((await person.get(link)).status).toBe(200);
    expect((await person.post(link, {})).status).toBe(303);
  });

  test("the link works once", async () => {
    const { person, page } = await atSignIn();
    const mailed = await person.post(page.url, { action: "mail", email: person.email });
    const link = linkOf(mailed);
    expect((await person.post(link, {})).status).toBe(303);
    expect((await person.post(link, {})).status).toBe(410);
    expect((await person.get(link)).status).toBe(410);
  });

  test("the link works in no other browser: whoever else began signs nobody in", async () => {
    const attacker = await atSignIn();
    const victim = newPerson(worker);
    const mailed = await attacker.person.post(attacker.page.url, {
      action: "mail",
      email: victim.email,
    });
    const link = linkOf(mailed);
    expect((await victim.get(link)).status).toBe(403);
    const pressed = await victim.post(link, {});
    expect([pressed.status, victim.cookies.size]).toEqual([403, 0]);
    expect((await attacker.person.get(attacker.page.url)).text).not.toContain('name="proof"');
  });

  test("a link for another address signs this browser in to nothing", async () => {
    const mine = await atSignIn();
    const theirs = await atSignIn();
    const mailed = await theirs.person.post(theirs.page.url, {
      action: "mail",
      email: theirs.person.email,
    });
    const token = linkOf(mailed).split("/").at(-1);
    await mine.person.post(mine.page.url, { action: "mail", email: mine.person.email });
    const id = mine.page.url.split("/").at(-1);
    expect((await mine.person.post(`/oauth/link/${id}/${token}`, {})).status).toBe(403);
  });

  test("the link gives no API key, and the link to a key signs nobody in here", async () => {
    const { person, page } = await atSignIn();
    const mailed = await person.post(page.url, { action: "mail", email: person.email });
    const token = linkOf(mailed).split("/").at(-1) ?? "";
    const asJson = { method: "POST", headers: { "content-type": "application/json" } };
    const verified = await fetch(`${worker.url}/auth/verify`, {
      ...asJson,
      body: JSON.stringify({ token }),
    });
    expect(verified.status).toBe(401);
    const asked = await fetch(`${worker.url}/auth/magic-link`, {
      ...asJson,
      body: JSON.stringify({ email: person.email }),
    });
    const { dev_magic_link: keyLink } = (await asked.json()) as { dev_magic_link: string };
    const id = page.url.split("/").at(-1);
    const misused = await person.get(`/oauth/link/${id}/${keyLink.split("/").at(-1)}`);
    expect(misused.status).toBe(410);
  });

  test("what is no address is told so, and escaped", async () => {
    const { person, page } = await atSignIn();
    const email = `"><script>alert(1)</script>`;
    const again = await person.post(page.url, { action: "mail", email });
    expect(again.status).toBe(400);
    expect(again.text).toContain('aria-invalid="true"');
    expect(again.text).not.toContain("<script>alert");
  });

  test("mails are limited as those for keys are", async () => {
    const strict = await startPumaWorker({ vars: { MAGIC_LINKS_PER_ADDRESS_PER_HOUR: "1" } });
    const { person, page } = await atSignIn({}, strict);
    const ask = () => person.post(page.url, { action: "mail", email: person.email });
    expect((await ask()).status).toBe(200);
    const second = await ask();
    expect([second.status, Number(second.headers.get("retry-after")) > 0]).toEqual([429, true]);
    await strict.stop();
  });

  test("outside development the link is in the mail alone", async () => {
    const mails: string[] = [];
    const post = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        mails.push(JSON.parse(body).text);
        response.end("{}");
      });
    });
    await new Promise<void>((resolve) => post.listen(0, "127.0.0.1", resolve));
    const { port } = post.address() as AddressInfo;
    const production = await startPumaWorker({
      vars: {
        DEV_MODE: "false",
        MAIL_TRANSPORT: "http",
        MAIL_HTTP_URL: `http://127.0.0.1:${port}/`,
      },
    });
    const { person, page } = await atSignIn({ client_name: "Bait" }, production);
    const mailed = await person.post(page.url, { action: "mail", email: person.email });
    expect(mailed.text).not.toContain("/oauth/link/");
    const [mail = ""] = await until(
      async () => mails,
      (all) => all.length > 0,
    );
    const link = /http\S+\/oauth\/link\/\S+/.exec(mail)?.[0] ?? "";
    expect(mail).not.toContain("Bait");
    expect((await person.post(link, {})).status).toBe(303);
    await production.stop();
    post.close();
  });

  test("a sign-in lasts half an hour, so a second client needs no second mail", async () => {
    const own = await startPumaWorker();
    const { person } = await connect(own);
    const next = begin(own, await registerClient(own));
    expect((await person.follow(next.url)).text).toContain("Allow");
    await own.moveClock(30 * 60_000);
    expect((await person.follow(next.url)).text).toContain("Mail me a link");
    await own.stop();
  });

  test("somebody else may sign in instead", async () => {
    const { person, url } = await atConsent();
    const left = await person.post(url, { action: "leave" });
    expect((await person.follow(left.location ?? "")).text).toContain("Mail me a link");
  });

  test("a request that waited for too long is lost", async () => {
    const own = await startPumaWorker();
    const { person, page } = await atSignIn({}, own);
    await own.moveClock(61 * 60_000);
    expect((await person.get(page.url)).status).toBe(410);
    await own.stop();
  });
});

describe("the consent page", () => {
  test("tells who asks, where it leads, whose account it is and what it grants", async () => {
    const { page, person } = await atConsent({ client_name: "Helpful agent" });
    expect(page.text).toContain("“Helpful agent”");
    expect(page.text).toContain("Not verified.");
    expect(page.text).toContain("<strong>client.example</strong>");
    expect(page.text).toContain(person.email);
    expect(page.text).toContain("/account/clients");
  });

  test("lets the browser go where the request leads, and nowhere else", async () => {
    const actionOf = async (uri: string) => {
      const { page } = await atConsent({ redirect_uris: [uri] });
      return /form-action ([^;]+)/.exec(policyOf(page))?.[1];
    };
    expect(await actionOf("https://client.example/cb?x=1")).toBe("'self' https://client.example");
    expect(await actionOf("http://localhost:1234/cb")).toBe("'self' http://localhost:1234");
    expect(await actionOf("cursor://anysphere.cursor-mcp/oauth/callback")).toBe("'self' cursor:");
  });

  test.each([
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>alert(1)</script>",
    "&lt;b&gt;",
  ])("shows the name %s as text", async (client_name) => {
    const { page } = await atConsent({ client_name });
    expect(page.text).not.toContain(client_name);
    expect(page.text).not.toMatch(/<img src=x|<script>alert/);
  });

  test("takes from a name what hides or turns text around, and shortens it", async () => {
    const { page } = await atConsent({
      client_name: `Cla\u200bude\u202e txt.exe\u0000\n\n${"x".repeat(150)}`,
    });
    expect(page.text).toContain("“Claude txt.exe x");
    expect(page.text).not.toMatch(/[\u200b\u202e]/);
    expect(page.text).not.toContain("x".repeat(100));
  });

  test("warns of a name whose letters only look like those of another", async () => {
    const warning = "mixes alphabets";
    expect((await atConsent({ client_name: "Clаude" })).page.text).toContain(warning);
    expect((await atConsent({ client_name: "Claude" })).page.text).not.toContain(warning);
    expect((await atConsent({ client_name: "記憶 agent" })).page.text).not.toContain(warning);
  });

  test("shows a host that imitates another in its plain letters", async () => {
    const { page } = await atConsent({ redirect_uris: ["https://xn--clude-3ve.example/cb"] });
    expect(page.text).toContain("<strong>xn--clude-3ve.example</strong>");
  });

  test("says that a loopback address is whatever program listens there", async () => {
    const { page } = await atConsent({ redirect_uris: ["http://127.0.0.1:7777/callback"] });
    expect(page.text).toContain("a program on the computer you sit at");
  });

  test.each([
    ["from another site", {}, { "sec-fetch-site": "cross-site" }],
    ["from a neighbour's site", {}, { "sec-fetch-site": "same-site" }],
    ["without its proof", { proof: "" }, {}],
    ["with a proof that was made up", { proof: "x".repeat(43) }, {}],
    ["with another action", { action: "grant" }, {}],
  ])("takes no form %s", async (_, changes, headers) => {
    const { person, url, page } = await atConsent();
    const form = { action: "allow", proof: proofIn(page), ...changes };
    const sent = await person.post(url, form, headers as Record<string, string>);
    expect([sent.status, sent.location]).toEqual([403, null]);
  });

  test("takes no form from a browser that names another origin", async () => {
    const { person, url, page } = await atConsent();
    const body = new URLSearchParams({ action: "allow", proof: proofIn(page) });
    const answer = await fetch(url, {
      method: "POST",
      redirect: "manual",
      body,
      headers: {
        origin: "https://evil.example",
        cookie: [...person.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      },
    });
    expect(answer.status).toBe(403);
  });

  test("is answered once, by the browser it was shown in, for the account it showed", async () => {
    const first = await atConsent();
    const stranger = newPerson(worker);
    const form = { action: "allow", proof: proofIn(first.page) };
    expect((await stranger.post(first.url, form)).status).toBe(410);
    // Somebody else signs in, in another tab of the same browser.
    const other = await atConsent();
    for (const [name, value] of other.person.cookies) first.person.cookies.set(name, value);
    expect((await first.person.post(first.url, form)).status).toBe(403);
    const { person, url, page } = await atConsent();
    const sent = { action: "allow", proof: proofIn(page) };
    expect((await person.post(url, sent)).status).toBe(303);
    expect((await person.post(url, sent)).status).toBe(410);
  });

  test("leads to no address but the registered one, whatever the form says", async () => {
    const { person, url, page, client } = await atConsent();
    const sent = await person.post(url, {
      action: "allow",
      proof: proofIn(page),
      redirect_uri: "https://evil.example/",
    });
    expect(sent.location?.startsWith(`${client.redirectUri}?code=`)).toBe(true);
  });

  test("sends a browser back by a page, which keeps nothing and says where it leads", async () => {
    const { person, url, page, client } = await atConsent();
    const form = { action: "allow", proof: proofIn(page) };
    const sent = await person.post(url, form, { "sec-fetch-dest": "document" });
    const [, to = ""] = /^0; url=(.*)$/.exec(sent.headers.get("refresh") ?? "") ?? [];
    expect([sent.status, to.startsWith(`${client.redirectUri}?code=`)]).toEqual([200, true]);
    expect(sent.headers.get("cache-control")).toBe("no-store");
    expect(sent.text).toContain("Back to client.example");
    expect((await person.get(url)).status).toBe(410);
  });

  test("leads to a new sign-in when the old one ended while it was open", async () => {
    const own = await startPumaWorker();
    const { person, url, page } = await atConsent({}, own);
    await own.moveClock(31 * 60_000);
    const late = await person.post(url, { action: "allow", proof: proofIn(page) });
    expect([late.status, late.location]).toEqual([303, url]);
    expect((await person.get(url)).text).toContain("Mail me a link");
    await own.stop();
  });

  test("changes nothing when it is only opened", async () => {
    const { person, url } = await atConsent();
    expect((await person.get(`${url}?action=allow`)).status).toBe(200);
  });
});

test("a wrong request names its fault on a page, and leads on only by a person's click", async () => {
  const client = await registerClient(worker, { client_name: "x" });
  const { url, state } = begin(worker, client, { resource: "https://other.example/" });
  const page = await newPerson(worker).get(url);
  expect([page.status, page.location]).toEqual([400, null]);
  const href = /href="(https:\/\/client\.example[^"]+)"/.exec(page.text)?.[1] ?? "";
  const { searchParams } = new URL(href.replaceAll("&amp;", "&"));
  const told = ["error", "state", "iss"].map((name) => searchParams.get(name));
  expect(told).toEqual(["invalid_target", state, worker.url]);
});

test("a request too long for a browser to remember is refused", async () => {
  const client = await registerClient(worker);
  const { url } = begin(worker, client, { state: "s".repeat(4_000) });
  expect((await newPerson(worker).get(url)).status).toBe(400);
});

describe("the page of connected apps", () => {
  test("asks for a sign-in, and comes back", async () => {
    const person = newPerson(worker);
    const page = await person.follow("/account/clients");
    expect(page.text).toContain("Mail me a link");
    const after = await signIn(person, page.url);
    const shown = await person.follow(after);
    expect([shown.status, shown.text.includes("No app is connected")]).toEqual([200, true]);
  });

  test("lists the apps and ends one at once: its access and its refresh token", async () => {
    const person = newPerson(worker);
    const name = `Agent ${randomUUID()} <i>`;
    const client = await registerClient(worker, { client_name: name });
    const ended = await connect(worker, { person, client });
    const kept = await connect(worker, { person });
    const page = await person.get("/account/clients");
    expect(page.text).toContain(name.replace("<i>", "&lt;i&gt;"));
    const [, grantId = ""] = ended.accessToken.split(".");
    const form = { action: "disconnect", grant: grantId, proof: proofIn(page) };
    const sent = await person.post("/account/clients", form);
    expect(sent.location).toBe(`${worker.url}/account/clients?done=1`);
    const after = await person.get(sent.location ?? "");
    expect([after.text.includes("Disconnected"), after.text.includes(name)]).toEqual([true, false]);
    const refused = await callTool(worker, ended.accessToken);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain("resource_metadata=");
    const late = await refresh(worker, client, ended.refreshToken);
    expect([late.status, late.body.error]).toEqual([400, "invalid_grant"]);
    expect((await callTool(worker, kept.accessToken)).status).toBe(200);
  });

  test("ends nothing for another person, another site or without its proof", async () => {
    const person = newPerson(worker);
    const { accessToken } = await connect(worker, { person });
    const [, grantId = ""] = accessToken.split(".");
    const stranger = await connect(worker);
    const theirs = proofIn(await stranger.person.get("/account/clients"));
    const mine = proofIn(await person.get("/account/clients"));
    const form = { action: "disconnect", grant: grantId };
    await stranger.person.post("/account/clients", { ...form, proof: theirs });
    expect((await person.post("/account/clients", form)).status).toBe(403);
    const cross = { "sec-fetch-site": "cross-site" };
    expect((await person.post("/account/clients", { ...form, proof: mine }, cross)).status).toBe(
      403,
    );
    expect((await callTool(worker, accessToken)).status).toBe(200);
  });

  test("signs out", async () => {
    const { person } = await connect(worker);
    await person.post("/account/clients", { action: "leave" });
    expect((await person.follow("/account/clients")).text).toContain("Mail me a link");
  });
});
