import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { root } from "./build.ts";

/** Debian's Chromium, headless, for tests of pages. */
const program = "/usr/bin/chromium";

/** Whether browser tests can run. Where they must (CI=true), a missing browser fails them. */
export function hasBrowser(what: string): boolean {
  if (existsSync(program)) return true;
  if (process.env.CI === "true") throw new Error(`${program} is missing: it is needed for ${what}`);
  console.log(`Skipped, because ${program} is missing (apt-get install chromium): ${what}`);
  return false;
}

export type Browsing = {
  /** A page in a profile of its own, that counts what goes wrong in it. */
  open(options?: BrowserContextOptions): Promise<Watched>;
  stop(): Promise<void>;
};

/** A page and everything in it that must not happen. */
export type Watched = {
  page: Page;
  context: BrowserContext;
  /** Console errors (a broken policy is one), uncaught exceptions, dialogs, requests to elsewhere. */
  faults: string[];
  /** Bytes of all answers so far, as they crossed the wire. */
  transferred(): Promise<number>;
};

export async function startBrowser(origin: string): Promise<Browsing> {
  const profile = mkdtempSync(join(tmpdir(), "polypuma-chromium-"));
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
  ];
  const browser = await chromium.launch({
    executablePath: program,
    args: [...flags, `--disk-cache-dir=${join(profile, "cache")}`],
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  });
  return {
    async open(options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      return watched(context, page, origin);
    },
    async stop() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

function watched(context: BrowserContext, page: Page, origin: string): Watched {
  const faults: string[] = [];
  const sizes: Promise<number>[] = [];
  page.on("console", (message) => {
    // Chromium tells every answer from 400 on as an error of its own.
    if (message.type() !== "error" || message.text().startsWith("Failed to load resource")) return;
    faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) faults.push(`request: ${request.url()}`);
  });
  page.on("requestfinished", (request) => {
    const size = request.sizes().then((all) => all.responseBodySize + all.responseHeadersSize);
    sizes.push(size.catch(() => 0));
  });
  return {
    page,
    context,
    faults,
    transferred: async () => (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0),
  };
}

export const phone = { width: 360, height: 740 } as const;
const desk = { width: 1280, height: 860 } as const;

const artefacts = join(root, "test", "artefacts");

/** Keeps pictures of a page: on a desk in light and dark, and at a phone's width. */
export async function keepPictures(page: Page, name: string, fullPage = true): Promise<void> {
  mkdirSync(artefacts, { recursive: true });
  const before = page.viewportSize() ?? desk;
  for (const [suffix, viewport, colorScheme] of [
    ["light", desk, "light"],
    ["dark", desk, "dark"],
    ["phone", phone, "light"],
    ["phone-dark", phone, "dark"],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(artefacts, `${name}-${suffix}.png`), fullPage });
  }
  await page.setViewportSize(before);
}

export type Violation = { id: string; impact: string; help: string; where: string[] };

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

type Axe = {
  run(): Promise<{
    violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[];
  }>;
};

/** What axe-core finds wrong with the page as it stands, from "serious" on. */
export async function seriousViolations(page: Page): Promise<Violation[]> {
  const inWorld = await page.context().newCDPSession(page);
  const { readFileSync } = await import("node:fs");
  // In a world of its own, so that the page's policy, which allows no such script, stays in force.
  const { frameTree } = await inWorld.send("Page.getFrameTree");
  const { executionContextId } = await inWorld.send("Page.createIsolatedWorld", {
    frameId: frameTree.frame.id,
    worldName: "axe",
  });
  await inWorld.send("Runtime.evaluate", {
    expression: readFileSync(axePath, "utf8"),
    contextId: executionContextId,
  });
  const { result } = await inWorld.send("Runtime.evaluate", {
    expression: "axe.run()",
    contextId: executionContextId,
    awaitPromise: true,
    returnByValue: true,
  });
  await inWorld.detach();
  const { violations }: Awaited<ReturnType<Axe["run"]>> = result.value;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes.map((n) => n.html) }));
}

/** Whether something is wider than the window, so that the whole page would scroll sideways. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  const widths = await page.evaluate(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  );
  const [content, window] = widths as [number, number];
  return content > window;
}
