import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Check,
  type Revision,
  requiredScenarios,
  scenarioRunner,
  withKey,
} from "../support/conformance.ts";
import { newAccount } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

/**
 * The official conformance suite. What needs nothing but an endpoint runs against the product; what asks
 * for tools, resources or prompts by name runs against the product's endpoint with a fixture behind.
 */
let product: PumaWorker;
let fixture: PumaWorker;
let door: Awaited<ReturnType<typeof withKey>>;
type Runners = Record<Revision, ReturnType<typeof scenarioRunner>>;
let onDoor: Runners;
let onFixture: Runners;
beforeAll(async () => {
  [product, fixture] = await Promise.all([
    startPumaWorker(),
    startPumaWorker({ entry: "test/support/mcp-fixture-entry.ts" }),
  ]);
  door = await withKey(product.url, (await newAccount(product)).key);
  const both = (url: string) => ({
    "2025-11-25": scenarioRunner(url, "2025-11-25"),
    "2026-07-28": scenarioRunner(url, "2026-07-28"),
  });
  onDoor = both(`${door.url}/mcp`);
  onFixture = both(`${fixture.url}/mcp`);
});
afterAll(async () => {
  await door.close();
  await Promise.all([product.stop(), fixture.stop()]);
});

const onProduct: Record<Revision, string[]> = {
  "2025-11-25": [
    "server-initialize",
    "ping",
    "tools-list",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
  ],
  "2026-07-28": [
    "tools-list",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
    "sep-2164-resource-not-found",
    "input-required-result-missing-input-response",
    "input-required-result-unsupported-methods",
    "input-required-result-ignore-extra-params",
    "input-required-result-validate-input",
  ],
};

/** Of one scenario some checks call tools that only the fixture has; the others hold for the product. */
const needFixtureTools = [
  "sep-2575-server-rejects-undeclared-capability",
  "sep-2575-missing-capability-http-400",
  "sep-2575-http-server-no-independent-requests-on-stream",
  "sep-2575-server-no-log-without-loglevel",
];

/** Of 2025-11-25: the server asks the client in the midst of a call, for which it needs a session. */
const needASession = [
  "tools-call-sampling",
  "tools-call-elicitation",
  "elicitation-sep1034-defaults",
  "elicitation-sep1330-enums",
];

const revisions = ["2025-11-25", "2026-07-28"] as const;
/** The suite waits for some frames in windows of half a second, which a busy machine can miss. */
const patient = { timeout: 180_000, retry: 2 };

function failed(checks: Check[]): [string, string | undefined][] {
  return checks
    .filter(({ status }) => status === "FAILURE")
    .map(({ id, errorMessage }) => [id, errorMessage]);
}

describe.each(revisions)("of revision %s", (revision) => {
  const withFixture = requiredScenarios(revision).filter((each) => !needASession.includes(each));

  test("every scored scenario is run, or left out for a reason that is written down", () => {
    const required = requiredScenarios(revision);
    expect(required.length).toBe(revision === "2025-11-25" ? 30 : 37);
    expect(required).toEqual(expect.arrayContaining(onProduct[revision]));
    const leftOut = required.filter((each) => !withFixture.includes(each));
    expect(leftOut).toEqual(revision === "2025-11-25" ? needASession : []);
  });

  test.concurrent.each(onProduct[revision])("pumaDB passes %s", patient, async (scenario) => {
    const checks = await onDoor[revision](scenario);
    expect(checks.length).toBeGreaterThan(0);
    expect(failed(checks)).toEqual([]);
  });

  test.concurrent.each(withFixture)(
    "its endpoint passes %s with the fixture",
    patient,
    async (scenario) => {
      const checks = await onFixture[revision](scenario);
      expect(checks.length).toBeGreaterThan(0);
      expect(failed(checks)).toEqual([]);
    },
  );
});

test(
  "pumaDB passes server-stateless and http-header-validation but for what calls fixture tools",
  patient,
  async () => {
    const stateless = await onDoor["2026-07-28"]("server-stateless");
    expect(
      failed(stateless)
        .map(([id]) => id)
        .sort(),
    ).toEqual([...needFixtureTools].sort());
    const headers = await onDoor["2026-07-28"]("http-header-validation");
    expect(headers.length).toBeGreaterThan(10);
    expect(failed(headers)).toEqual([]);
  },
);
