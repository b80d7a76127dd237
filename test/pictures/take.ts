import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import type { TestProject } from "vitest/node";
import { root } from "../support/build.ts";
import setup, { type Suite } from "../support/suite.ts";
import { startWorker, testSecrets } from "../support/worker.ts";
import { aWeekOfUse, type Person } from "./scene.ts";

/**
 * `npm run pictures` takes the README's pictures of the console anew: the product on real servers, a
 * week of use on a clock that is moved, then Chromium in both colour schemes.
 */
const folder = join(root, "docs", "pictures");
const person: Person = { email: "ada@example.com", name: "Ada" };
const bytesMax = 150_000;

async function main(): Promise<void> {
  let suite: Suite | undefined;
  // All that the suite's set-up asks of a project.
  const project = { provide: (_: string, value: Suite) => (suite = value) };
  const stop = await setup(project as unknown as TestProject);
  try {
    if (!suite) throw new Error("The servers did not start");
    await take(suite);
  } finally {
    await stop();
  }
}

async function take({ script, postgres, neonEndpoint, mysql }: Suite): Promise<void> {
  const worker = await startWorker({
    script,
    vars: {
      STORE_URL: postgres.storeUrl,
      NEON_ENDPOINT: neonEndpoint,
      POOL_TARGET: "0",
      DEV_MODE: "true",
      MAIL_TRANSPORT: "log",
    },
  });
  try {
    const key = await keyOf(worker.url, person);
    const sweep = async () => void (await operator(worker.url, "/sweep", {}));
    await aWeekOfUse(worker, key, sweep, mysql !== null);
    await picturesOf(worker.url);
  } finally {
    await worker.stop();
  }
}

async function operator(url: string, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${url}/admin/v1${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${testSecrets.ADMIN_TOKEN}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return await answer.json();
}

async function keyOf(url: string, { email, name }: Person): Promise<string> {
  const user = (await operator(url, "/users", { email, name })) as { data: { id: number } };
  const key = (await operator(url, `/users/${user.data.id}/keys`, {
    name: "pictures",
    permissions: ["databases:read", "databases:write"],
    controls: { requests_per_minute: 1_000 },
  })) as { api_key: string };
  return key.api_key;
}

async function picturesOf(url: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
  });
  const page = await browser.newPage({
    viewport: { width: 1_320, height: 672 },
    deviceScaleFactor: 2,
  });
  await signIn(page, url);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto(`${url}/console/databases`);
    await keep(page, `console-${colorScheme}.webp`);
  }
  await browser.close();
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/console/sign-in`);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByRole("button", { name: "Mail me a link" }).click();
  await page.getByRole("link", { name: "open the link" }).click();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${url}/console/**`);
}

/** WebP, which Playwright itself does not write: a third of the PNG. */
async function keep(page: Page, name: string): Promise<void> {
  await page.waitForLoadState("networkidle");
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 88 });
  const bytes = Buffer.from(data, "base64");
  if (bytes.length > bytesMax) throw new Error(`${name} has ${bytes.length} bytes`);
  writeFileSync(join(folder, name), bytes);
  console.log(`docs/pictures/${name}: ${bytes.length} bytes`);
}

await main();
