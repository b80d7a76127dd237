import { expect, test } from "vitest";
import { stepWords } from "../../src/console/databases/operation-words.tsx";
import { stepsOf } from "../../src/polykomos/operations/steps.ts";

test("every step of making a database has words for whoever waits", () => {
  for (const isFromPool of [true, false]) {
    for (const { name } of stepsOf("create", isFromPool)) {
      expect([name, stepWords[name]]).toEqual([name, expect.stringMatching(/^[A-Z].{8,}/)]);
    }
  }
});
