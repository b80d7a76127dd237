import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { serverFolder } from "./server-folder.ts";

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

/**
 * The two pages of its own that Chromium loads behind each window's address bar, at twice the cost of
 * the page that is tested; and, because the last list given is the one that counts, what Playwright
 * turns off for the same page to come out the same each time.
 */
const disabledFeatures = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "AimEnabled",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
].join(",");

export async function startBrowser(origin: string): Promise<Browsing> {
  const profile = serverFolder("polypuma-chromium-");
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
    `--disable-features=${disabledFeatures}`,
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
