import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browsing, hasBrowser, startBrowser } from "../support/browser.ts";
import { expectGoodLooks } from "../support/looks.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
let browser: Browsing;

describe.runIf(hasBrowser("the pages for everybody"))("in a browser", () => {
  beforeAll(async () => {
    worker = await startPumaWorker();
    browser = await startBrowser(worker.url);
  });
  afterAll(async () => {
    await browser.stop();
    await worker.stop();
  });

  test.each([
    ["/", "landing"],
    ["/docs", "docs"],
    ["/how-to-use", "how-to-use"],
    ["/install", "install"],
    ["/install/hermes", "install-hermes"],
  ])("%s is readable by everyone, in both colour schemes and on a phone", async (path, name) => {
    const { page, faults } = await browser.open();
    await page.goto(worker.url + path);
    await expectGoodLooks(page, name, path === "/docs" ? "#addRow" : undefined);
    expect(faults).toEqual([]);
  });
});
