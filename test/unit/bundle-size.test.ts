import { dirname } from "node:path";
import { expect, inject, test } from "vitest";
import { uploadGzipKibMax, uploadSize } from "../support/build.ts";

const whatToDo =
  "The Worker has become too large. `npm run bench -- size` says what it is made of, and " +
  "docs/decisions.md (The bundle) how parts of packages are left out.";

test("a deploy uploads at most a mebibyte, compressed", () => {
  const { gzipBytes } = uploadSize(dirname(inject("suite").script));
  expect(Math.ceil(gzipBytes / 1_024), whatToDo).toBeLessThanOrEqual(uploadGzipKibMax);
});
