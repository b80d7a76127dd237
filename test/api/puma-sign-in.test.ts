import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newAccount, type PumaAnswer, requestToken, send } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker();
});
afterAll(() => worker.stop());

function newAddress(): string {
  return `${randomUUID()}@example.com`;
}

function ask(email: unknown, headers: Record<string, string> = {}): Promise<PumaAnswer> {
  return send(worker, "POST", "/auth/magic-link", { body: { email }, headers });
}

function verify(token: string, at: Pick<PumaWorker, "url"> = worker): Promise<PumaAnswer> {
  return send(at, "POST", "/auth/verify", { body: { token } });
}

describe("asking for a link", () => {
  test("answers alike for known and unknown addresses", async () => {
    const { email } = await newAccount(worker);
    const [known, unknown] = [await ask(email), await ask(newAddress())];
    const shape = ({ status, body }: PumaAnswer) => [status, body.ok, Object.keys(body)];
    expect(shape(known)).toEqual(shape(unknown));
    const lifetimeMs = Date.parse(known.body.expires_at) - Date.now();
    expect(lifetimeMs).toBeGreaterThan(14 * 60_000);
    expect(lifetimeMs).toBeLessThanOrEqual(15 * 60_000);
  });

  test("the link is in the answer in development only", async () => {
    const production = await startPumaWorker({ vars: { DEV_MODE: "false" } });
    const { status, text } = await send(production, "POST", "/auth/magic-link", {
      body: { email: newAddress() },
    });
    expect([status, text.includes("link")]).toEqual([200, false]);
    await production.stop();
  });

  test("in development too, not to whoever comes over Cloudflare's edge", async () => {
    const [here, overEdge] = [
      await ask(newAddress()),
      await ask(newAddress(), { "cf-ray": "8f2a0c1d2e3f4a5b-FRA" }),
    ];
    expect([here.status, overEdge.status]).toEqual([200, 200]);
    expect(here.text).toContain("/auth/link/");
    expect(overEdge.text).not.toContain("link");
  });

  test("a token tells nothing of the address", async () => {
    const token = await requestToken(worker, "ada@example.com");
    expect(token).toMatch(/^[0-9a-f]{40}\.[A-Za-z0-9]{40}$/);
    expect(Buffer.from(token, "hex").toString()).not.toContain("ada");
  });

  test.each([
    "x",
    "",
    "a@",
    "@b.co",
    "a b@c.co",
    "a@b.co\nBcc: x@y.co",
    "ä@b.co",
    "a@b.co,c@d.co",
    `${"a".repeat(250)}@b.co`,
    7,
    null,
  ])("%j is not an address", async (email) => {
    expect((await ask(email)).status).toBe(400);
  });

  test("one address in other spellings is one account", async () => {
    const email = newAddress();
    const first = await newAccount(worker, email);
    const second = await newAccount(worker, `  ${email.toUpperCase()} `);
    expect(second.id).toBe(first.id);
    expect(second.key).not.toBe(first.key);
    expect((await first.get("/v1/_tables")).status).toBe(200);
    const names = (await second.get("/v1/_keys")).body.keys.map(
      (each: { name: string }) => each.name,
    );
    expect(names).toEqual([expect.stringMatching(/^magic link \d{4}-\d\d-\d\d$/), names[0]]);
  });

  test("an address gets five links an hour, a client twenty", async () => {
    const strict = await startPumaWorker({
      vars: { MAGIC_LINKS_PER_ADDRESS_PER_HOUR: "5", MAGIC_LINKS_PER_CLIENT_PER_HOUR: "20" },
    });
    const from = (ip: string) => ({ "cf-connecting-ip": ip });
    const asked = (email: string, ip: string) =>
      send(strict, "POST", "/auth/magic-link", { body: { email }, headers: from(ip) });
    const email = newAddress();
    for (let link = 1; link <= 5; link++)
      expect((await asked(email, `192.0.2.${link}`)).status).toBe(200);
    const sixth = await asked(email.toUpperCase(), "192.0.2.6");
    expect([sixth.status, sixth.body.error.code]).toEqual([429, "rate_limited"]);
    expect(Number(sixth.headers.get("retry-after"))).toBeGreaterThan(3_500);
    for (let link = 1; link <= 20; link++) {
      // All addresses of an IPv6 client's network are the same client.
      expect((await asked(newAddress(), `2001:db8:0:1::${link}`)).status).toBe(200);
    }
    expect((await asked(newAddress(), "2001:db8:0:1:ffff::1")).status).toBe(429);
    expect((await asked(newAddress(), "2001:db8:0:2::1")).status).toBe(200);
    await strict.moveClock(3_601_000);
    expect((await asked(email, "2001:db8:0:1::1")).status).toBe(200);
    await strict.stop();
  });
});

describe("verifying", () => {
  test("a token works once", async () => {
    const token = await requestToken(worker, newAddress());
    const { status, body } = await verify(token);
    expect(status).toBe(200);
    expect(body.api_key).toMatch(new RegExp(`^puma_live_${body.account_id}_[A-Za-z0-9]{40}$`));
    expect((await verify(token)).status).toBe(401);
  });

  test("a token works for 15 minutes", async () => {
    const own = await startPumaWorker();
    const [early, late] = [
      await requestToken(own, newAddress()),
      await requestToken(own, newAddress()),
    ];
    await own.moveClock(15 * 60_000 - 30_000);
    expect((await verify(early, own)).status).toBe(200);
    await own.moveClock(31_000);
    expect((await verify(late, own)).status).toBe(401);
    await own.stop();
  });

  test("of ten who use one token at once, one gets a key and the others leave none", async () => {
    const token = await requestToken(worker, newAddress());
    const answers = await Promise.all(Array.from({ length: 10 }, () => verify(token)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const key = won[0]?.body.api_key;
    const { body } = await send(worker, "GET", "/v1/_keys", { key });
    expect(body.keys).toHaveLength(1);
  });

  test("made-up tokens are refused", async () => {
    const token = await requestToken(worker, newAddress());
    const [mailbox = "", secret = ""] = token.split(".");
    const wrong = [
      "",
      ".",
      "x",
      secret,
      `${mailbox}.`,
      `${mailbox}.${"a".repeat(40)}`,
      `${"0".repeat(40)}.${secret}`,
      `${token}x`,
      token.toUpperCase(),
      ` ${token}`,
      "\u0000",
    ];
    for (const each of wrong) {
      const { status, headers } = await verify(each);
      expect([each, status]).toEqual([each, 401]);
      // Every 401 has a challenge (RFC 9110, 15.5.2).
      expect(headers.get("www-authenticate")).toBe('Bearer realm="pumadb"');
    }
    expect((await verify(token)).status).toBe(200);
  });

  test.each([
    ["before the account knows its key", "await account.addSignInKey(key.record);"],
    ["before the link is used up", "if (!(await mailbox.spendLink"],
    ["before anything is decided", "const mailbox = deps.mailbox(token.mailboxId);"],
  ])("a crash %s costs neither the account nor the link", async (_, statement) => {
    const crash =
      'if (!globalThis.hasCrashed) { globalThis.hasCrashed = true; throw new Error("cut"); }';
    const crashing = await startPumaWorker({
      replace: {
        "sign-in/service.ts": (source) => source.replace(statement, `${crash} ${statement}`),
      },
    });
    const email = newAddress();
    const token = await requestToken(crashing, email);
    const cut = await verify(token, crashing);
    expect([cut.status, cut.body.error.code]).toEqual([500, "internal_error"]);
    expect(cut.text).not.toContain("cut");
    const { status, body } = await verify(token, crashing);
    expect(status).toBe(200);
    expect((await newAccount(crashing, email)).id).toBe(body.account_id);
    expect((await verify(token, crashing)).status).toBe(401);
    await crashing.stop();
  });
});

describe("the page behind the mailed link", () => {
  async function linkPath(): Promise<string> {
    return `/auth/link/${await requestToken(worker, newAddress())}`;
  }

  test("opening it uses nothing up, the button shows the key, once", async () => {
    const path = await linkPath();
    for (let scan = 0; scan < 3; scan++) {
      const page = await send(worker, "GET", path);
      expect(page.status).toBe(200);
      expect(page.text).toContain('<form method="post">');
      expect(page.text).not.toContain("puma_live_");
    }
    expect((await send(worker, "HEAD", path)).status).toBe(200);
    const shown = await send(worker, "POST", path);
    const key = /puma_live_[0-9a-z]+_[A-Za-z0-9]+/.exec(shown.text)?.[0] ?? "";
    expect((await send(worker, "GET", "/v1/_tables", { key })).status).toBe(200);
    for (const method of ["POST", "GET"]) {
      const ended = await send(worker, method, path);
      expect([ended.status, ended.text.includes("puma_live_")]).toEqual([410, false]);
    }
  });

  test("it runs no script, loads nothing, is not cached, indexed, framed or referred to", async () => {
    for (const page of [
      await send(worker, "GET", await linkPath()),
      await send(worker, "GET", "/auth/link/x"),
    ]) {
      const policy = page.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      const nonce = /style-src 'nonce-([^']+)'/.exec(policy)?.[1];
      expect(page.text).toContain(`<style nonce="${nonce}">`);
      expect(page.text).not.toMatch(/<script|https?:\/\//);
      expect(page.headers.get("cache-control")).toBe("no-store");
      expect(page.headers.get("referrer-policy")).toBe("no-referrer");
      expect(page.headers.get("x-robots-tag")).toBe("noindex");
      expect(page.text).toContain('<html lang="en">');
      expect(page.text).toContain("width=device-width");
    }
  });

  test("markup in a token is not markup in the page", async () => {
    const page = await send(worker, "GET", "/auth/link/%3Cscript%3E");
    expect(page.text).not.toContain("<script>");
    expect((await send(worker, "PUT", "/auth/link/x")).status).toBe(405);
  });
});

describe("the mail", () => {
  type Received = {
    headers: Record<string, unknown>;
    body: { to: string[]; text: string; from: string; subject: string };
  };

  /** A mail provider that fails as often as it is told to. */
  async function startProvider(
    failures: number,
  ): Promise<{ server: Server; url: string; mails: Received[]; taken: Promise<Received> }> {
    const mails: Received[] = [];
    let left = failures;
    const { promise: taken, resolve } = Promise.withResolvers<Received>();
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const mail = { headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) };
      mails.push(mail);
      response.writeHead(left > 0 ? 503 : 200).end();
      if (left === 0) resolve(mail);
      left -= 1;
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("No port");
    return { server, url: `http://127.0.0.1:${address.port}/emails`, mails, taken };
  }

  function linkIn(mail: Received): string {
    return /\/auth\/link\/(\S+)/.exec(mail.body.text)?.[1] ?? "";
  }

  test("a mail is sent again until the provider takes it, and every link in it works", async () => {
    const provider = await startProvider(2);
    const mailing = await startPumaWorker({
      vars: {
        DEV_MODE: "false",
        MAIL_TRANSPORT: "http",
        MAIL_HTTP_URL: provider.url,
        MAIL_HTTP_TOKEN: "provider-token",
        MAIL_FROM: "pumaDB <hello@example.com>",
        MAIL_RETRY_SECONDS: "0,0,0",
        PUBLIC_URL: "https://puma.example.com/",
      },
    });
    const email = newAddress();
    await send(mailing, "POST", "/auth/magic-link", { body: { email } });
    const mail = await provider.taken;
    expect(mail.headers.authorization).toBe("Bearer provider-token");
    expect(mail.body).toMatchObject({ from: "pumaDB <hello@example.com>", to: [email] });
    expect(mail.body.text).toContain("https://puma.example.com/auth/link/");
    expect(new Set(provider.mails.map(linkIn)).size).toBe(3);
    // Who follows the first mail, which seemed to have failed, gets in; then the link is used up.
    const [first] = provider.mails;
    expect((await verify(first ? linkIn(first) : "", mailing)).status).toBe(200);
    expect((await verify(linkIn(mail), mailing)).status).toBe(401);
    await mailing.stop();
    provider.server.close();
  });
});
