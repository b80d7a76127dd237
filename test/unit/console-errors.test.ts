import { NeonDbError } from "@neondatabase/serverless";
import { expect, test } from "vitest";
import { consoleApp } from "../../src/console/console.tsx";
import { unexpectedFault } from "../../src/polykomos/unexpected.ts";

/** The console over a store that fails so, and the ids that are logged with what failed. */
function consoleOver(failure: Error) {
  const logged: unknown[] = [];
  const log = {
    info: () => {},
    warn: () => {},
    error: (_event: string, fields: Record<string, unknown> = {}) => logged.push(fields.requestId),
  };
  const deps = {
    publicUrl: "",
    settings: { SESSION_IDLE_SECONDS: 60, OPERATOR_EMAILS: [] },
    clock: () => 0,
    store: { rows: () => Promise.reject(failure) },
    unexpected: (error: unknown, path: string, requestId: string) =>
      unexpectedFault(log, error, path, requestId),
  };
  // Nothing else is reached: a session is read before anything is done.
  return { app: consoleApp(deps as never), logged };
}

const signedIn = { headers: { cookie: `console-session=${"A".repeat(40)}` } };

test("a failure of ours is answered with the id that is logged with it", async () => {
  const { app, logged } = consoleOver(new Error("a secret of the inside"));
  const answer = await app.request("http://localhost/console/databases", signedIn);
  expect(answer.status).toBe(500);
  const text = await answer.text();
  expect(logged).toEqual([expect.stringMatching(/^req_\w{12,}$/)]);
  expect(text).toContain(`<code>${logged[0]}</code>`);
  expect(text).not.toContain("a secret of the inside");
});

test("while the store cannot be reached, a page says so and when to come back", async () => {
  const { app, logged } = consoleOver(new NeonDbError("fetch failed"));
  const answer = await app.request("http://localhost/console/databases", signedIn);
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("2");
  expect(await answer.text()).toContain("try again shortly");
  expect(logged).toHaveLength(1);
});
