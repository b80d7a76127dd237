import { randomUUID } from "node:crypto";
import type { Locator } from "playwright-core";
import { inject } from "vitest";
import { until } from "./api.ts";
import type { Watched } from "./browser.ts";
import { type RunningWorker, startWorker } from "./worker.ts";

/** Variables with which tests sign in as often as they like, and read the links that are mailed. */
export const consoleVars = {
  DEV_MODE: "true",
  MAIL_TRANSPORT: "log",
  MAGIC_LINKS_PER_ADDRESS_PER_HOUR: "1000",
  MAGIC_LINKS_PER_CLIENT_PER_HOUR: "100000",
  CONSOLE_REQUESTS_PER_MINUTE: "100000",
};

/**
 * The console for tests: a Worker in development (so that the mailed link is on the page as well) on
 * the run's servers, and people who are signed in to it, by browser or by plain requests.
 */
export async function startConsoleWorker(
  vars: Record<string, string> = {},
): Promise<RunningWorker> {
  const { script, postgres, neonEndpoint } = inject("suite");
  return await startWorker({
    script,
    vars: {
      STORE_URL: postgres.storeUrl,
      NEON_ENDPOINT: neonEndpoint,
      POOL_TARGET: "0",
      ...consoleVars,
      ...vars,
    },
  });
}

export function newAddress(): string {
  return `${randomUUID().slice(0, 13)}@example.com`;
}

/** Signs in as a person does: asks for the link, opens it, presses the button. */
export async function signInByMail(
  { page }: Pick<Watched, "page">,
  origin: string,
  address: string,
): Promise<void> {
  await page.goto(`${origin}/console/sign-in`);
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "Mail me a link" }).click();
  await page.getByRole("link", { name: "open the link" }).click();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${origin}/console/**`);
}

/** Gives the browser a session that was begun by plain requests, which takes a tenth of the time. */
export async function signInWith(
  { page, context }: Pick<Watched, "page" | "context">,
  origin: string,
  address: string,
): Promise<void> {
  const { cookie } = await signedIn(origin, address);
  const [name = "", value = ""] = cookie.split("=");
  await context.addCookies([{ name, value, url: origin, httpOnly: true, sameSite: "Lax" }]);
  await page.goto(`${origin}/console/databases`);
}

/** Where a database's page is. */
export const databaseUrl = /\/console\/databases\/[0-9a-f-]{36}$/;

/** Waits for what a page is to show, and loads it again for that, as one does without script. */
export async function seenByReloading(what: Locator): Promise<void> {
  await until(
    async () => {
      if ((await what.count()) === 0) await what.page().reload();
      return await what.count();
    },
    (count) => count > 0,
    60_000,
  );
}

/** Somebody signed in, by plain requests: what a browser would send, and nothing it would not. */
export type Person = {
  address: string;
  cookie: string;
  get(path: string): Promise<Answered>;
  /** Sends a form of the page at `from`, with that page's own hidden fields. */
  post(path: string, fields?: Record<string, string>, from?: string): Promise<Answered>;
};

export type Answered = { status: number; headers: Headers; text: string };

export async function send(
  origin: string,
  path: string,
  options: {
    cookie?: string;
    form?: Record<string, string>;
    headers?: Record<string, string>;
  } = {},
): Promise<Answered> {
  const { cookie, form, headers } = options;
  const response = await fetch(origin + path, {
    method: form ? "POST" : "GET",
    redirect: "manual",
    headers: {
      ...(cookie ? { cookie } : {}),
      ...(form
        ? { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" }
        : {}),
      ...headers,
    },
    ...(form ? { body: new URLSearchParams(form).toString() } : {}),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The `name=value` of a cookie that an answer sets; `null` when it sets none of that kind. */
export function cookieSet({ headers }: Pick<Answered, "headers">, kind: string): string | null {
  const set = headers.getSetCookie().find((each) => each.includes(`console-${kind}=`));
  return set?.split(";")[0] ?? null;
}

/** Has a link mailed, and gives its path. */
export async function askForLink(origin: string, address: string, next = ""): Promise<string> {
  const form = { email: address, next };
  const asked = await send(origin, "/console/sign-in", { form });
  const link = /href="([^"]*\/console\/sign-in\/link\/[^"]+)"/.exec(asked.text)?.[1];
  if (!link) throw new Error(`No link in ${asked.status}: ${asked.text.slice(0, 500)}`);
  return new URL(link).pathname;
}

export async function signedIn(origin: string, address = newAddress()): Promise<Person> {
  const path = await askForLink(origin, address);
  const entered = await send(origin, path, { form: {} });
  const cookie = cookieSet(entered, "session");
  if (!cookie) throw new Error(`Not signed in: ${entered.status} ${entered.text.slice(0, 500)}`);
  const token = (text: string) => /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? "";
  return {
    address,
    cookie,
    get: (at) => send(origin, at, { cookie }),
    async post(at, fields = {}, from = "/console/account") {
      const page = await send(origin, from, { cookie });
      const form = { form_token: token(page.text), request: randomUUID(), ...fields };
      return await send(origin, at, { cookie, form });
    },
  };
}
