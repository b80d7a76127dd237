import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Browsing, hasBrowser, startBrowser } from "../support/browser.ts";
import { expectGoodLooks } from "../support/looks.ts";

const { url } = inject("suite");
/** With less, it was not all counted. */
const firstPageBytesMin = 5_000;
const firstPageBytesMax = 100_000;
let browser: Browsing;

describe.runIf(hasBrowser("Polykomos's pages for everybody"))("in a browser", () => {
  beforeAll(async () => {
    browser = await startBrowser(url);
  });
  afterAll(() => browser.stop());

  test.each([
    ["/polykomos", "polykomos-landing"],
    ["/api", "polykomos-reference"],
    ["/guides/traditional", "guide-traditional"],
    ["/guides/agents", "guide-agents"],
  ])("%s is readable by everyone, in both colour schemes and on a phone", async (path, name) => {
    const { page, faults, transferred } = await browser.open();
    await page.goto(url + path, { waitUntil: "networkidle" });
    const bytes = await transferred();
    expect(bytes).toBeGreaterThan(firstPageBytesMin);
    if (path !== "/api") expect(bytes).toBeLessThan(firstPageBytesMax);
    await expectGoodLooks(page, name, path === "/api" ? "#createDatabase" : undefined);
    expect(faults).toEqual([]);
  });

  test("a language chosen for one sample is chosen for all of them, and at the next visit", async () => {
    const { page, context, faults } = await browser.open({
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.goto(`${url}/api`);
    const shown = () =>
      page
        .locator(".sample:visible")
        .evaluateAll((all) => [
          ...new Set(
            all.map(
              (each) => (each as unknown as { dataset: { language: string } }).dataset.language,
            ),
          ),
        ]);
    expect(await shown()).toEqual(["curl"]);
    await page.locator("#createDatabase [role=tab]", { hasText: "Ruby" }).click();
    expect(await shown()).toEqual(["Ruby"]);
    await page.keyboard.press("ArrowRight");
    expect(await shown()).toEqual(["Go"]);
    await page.reload();
    expect(await shown()).toEqual(["Go"]);
    await page.locator("#createDatabase-go [data-copy]").click();
    await expect
      .poll(() => page.evaluate("navigator.clipboard.readText()"), { timeout: 60_000 })
      .toContain("package main");
    expect(faults).toEqual([]);
    await context.close();
  });
});
