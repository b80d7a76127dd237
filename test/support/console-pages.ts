import { expect } from "vitest";
import {
  keepPictures,
  phone,
  scrollsSideways,
  seriousViolations,
  type Watched,
} from "./browser.ts";

/**
 * A page of the console is for everybody: in both colour schemes, on a phone, with nothing gone wrong
 * in it. Keeps its pictures as `console-<name>-*.png`.
 */
export async function checkPage({ page, faults }: Watched, name: string): Promise<void> {
  await keepPictures(page, `console-${name}`);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await seriousViolations(page), `${name}, ${colorScheme}`).toEqual([]);
  }
  const before = page.viewportSize();
  await page.setViewportSize(phone);
  expect(await scrollsSideways(page), `${name} scrolls sideways on a phone`).toBe(false);
  expect(await seriousViolations(page), `${name}, phone`).toEqual([]);
  if (before) await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light" });
  expect(faults).toEqual([]);
}
