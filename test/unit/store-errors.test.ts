import { DrizzleQueryError } from "drizzle-orm/errors";
import { expect, test } from "vitest";
import { sqlState, violatedUnique, withoutValues } from "../../src/db/errors.ts";

const refused = Object.assign(new Error("duplicate key value"), {
  code: "23505",
  constraint: "blueprints_team_slug",
});

test("a failed statement tells what it was, and none of its values", () => {
  const failed = new DrizzleQueryError(
    "INSERT INTO users\n  VALUES ($1)",
    ["ada@example.com"],
    refused,
  );
  const told = withoutValues(failed) as Error;
  expect(told.message).toBe("The store failed at: INSERT INTO users VALUES ($1)");
  expect(`${told.message} ${told.stack}`).not.toContain("ada@example.com");
  expect(sqlState(told)).toBe("23505");
  expect(violatedUnique(told)).toBe("blueprints_team_slug");
});

test("another failure stays as it is", () => {
  expect(withoutValues(refused)).toBe(refused);
});
