import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { phone, type Watched } from "./browser.ts";
import { root } from "./build.ts";

/**
 * A page is for everybody: at a desk in light and in dark, and on a phone. The page is not loaded anew
 * for that, so what a test has brought it to is what is looked at.
 */
const desk = { width: 1280, height: 860 } as const;
const artefacts = join(root, "test", "artefacts");

/** The rules whose outcome a colour scheme can change; the others need one run for both. */
const rulesOfColour = ["color-contrast", "link-in-text-block"];

type Violation = { id: string; impact: string; help: string; where: string[] };

/** Runs axe-core on the page as it stands, or a part of it; all its rules where none are named. */
type Axe = (rules?: readonly string[], part?: string) => Promise<Violation[]>;

/**
 * Keeps `<name>-light.png`, `-dark.png` and `-phone.png` in test/artefacts, and fails for a serious
 * violation of accessibility in any of the three and for a page that scrolls sideways on a phone.
 *
 * `part` is for a page as long as a book, of the same parts many times: the pictures are of its first
 * window, and only the first look is at all of it; the others are at that part.
 */
export async function expectGoodLooks(page: Page, name: string, part?: string): Promise<void> {
  const fullPage = part === undefined;
  const before = page.viewportSize() ?? desk;
  const axe = await loadAxe(page);

  await page.emulateMedia({ colorScheme: "light" });
  await resize(page, desk, fullPage);
  await keep(page, `${name}-light`);
  expect(await axe(), `${name}, light`).toEqual([]);

  await page.emulateMedia({ colorScheme: "dark" });
  await keep(page, `${name}-dark`);
  expect(await axe(rulesOfColour, part), `${name}, dark`).toEqual([]);

  await page.emulateMedia({ colorScheme: "light" });
  await resize(page, phone, fullPage);
  await keep(page, `${name}-phone`);
  expect(await scrollsSideways(page), `${name} scrolls sideways on a phone`).toBe(false);
  expect(await axe(undefined, part), `${name}, phone`).toEqual([]);

  await page.setViewportSize(before);
}

/** A page of the console looks good, and nothing has gone wrong in it. */
export async function checkPage({ page, faults }: Watched, name: string): Promise<void> {
  await expectGoodLooks(page, `console-${name}`);
  expect(faults).toEqual([]);
}

/**
 * Another state of a page that `checkPage` has looked at, such as with a problem in it: one look, on a
 * phone in the dark, kept as `console-<name>-phone-dark.png`.
 */
export async function checkState({ page, faults }: Watched, name: string): Promise<void> {
  const before = page.viewportSize() ?? desk;
  await page.emulateMedia({ colorScheme: "dark" });
  await resize(page, phone, true);
  await keep(page, `console-${name}-phone-dark`);
  expect(await scrollsSideways(page), `${name} scrolls sideways on a phone`).toBe(false);
  const axe = await loadAxe(page);
  expect(await axe(), name).toEqual([]);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(before);
  expect(faults).toEqual([]);
}

async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(artefacts, { recursive: true });
  await page.screenshot({ path: join(artefacts, `${name}.png`) });
}

/** Gives the window that width; and with `whole` the height of all that is in it, to be seen at once. */
async function resize(page: Page, size: typeof desk | typeof phone, whole: boolean): Promise<void> {
  await page.setViewportSize(size);
  if (!whole) return;
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  if (height > size.height) await page.setViewportSize({ ...size, height });
}

/** Whether something is wider than the window, so that the whole page would scroll sideways. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  const widths = await page.evaluate(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  );
  const [content, window] = widths as [number, number];
  return content > window;
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

/** axe-core in the page, in a world of its own: the page's policy, which allows no such script, stays. */
async function loadAxe(page: Page): Promise<Axe> {
  const inWorld = await page.context().newCDPSession(page);
  const { frameTree } = await inWorld.send("Page.getFrameTree");
  const { executionContextId: contextId } = await inWorld.send("Page.createIsolatedWorld", {
    frameId: frameTree.frame.id,
    worldName: "axe",
  });
  await inWorld.send("Runtime.evaluate", { expression: axeSource, contextId });
  return async (rules, part) => {
    const where = part === undefined ? "document" : JSON.stringify(part);
    const runOnly = rules ? { runOnly: { type: "rule", values: rules } } : {};
    // Without style sheets being fetched again, which only a rule that is off by itself looks into.
    const quick = { resultTypes: ["violations"], preload: false };
    const options = JSON.stringify({ ...runOnly, ...quick });
    const { result, exceptionDetails } = await inWorld.send("Runtime.evaluate", {
      expression: `axe.run(${where}, ${options}).then(({ violations }) => violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, impact, help, nodes }) =>
          ({ id, impact, help, where: nodes.map(({ html }) => html) })))`,
      contextId,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(`axe did not run: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  };
}
