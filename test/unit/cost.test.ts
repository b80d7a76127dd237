import { expect, test } from "vitest";
import { costOf1000, type Use } from "../../bench/prices.ts";

const nothing: Use = {
  workerRequests: 0,
  workerCpuMs: 0,
  objectRequests: 0,
  objectMs: 0,
  objectRowsRead: 0,
  objectRowsWritten: 0,
  messages: 0,
  kvReads: 0,
  kvWrites: 0,
  storeRoundTrips: 0,
  fleetStatements: 0,
  postgresCpuMs: 0,
};

const million = 1_000_000;

test.each([
  ["Worker requests", { workerRequests: million }, 0.3],
  ["milliseconds of the Worker's processor time", { workerCpuMs: million }, 0.02],
  ["calls of objects", { objectRequests: million }, 0.15],
  ["seconds of objects' time, an eighth of a gigabyte each", { objectMs: 1_000 * million }, 1.6],
  ["rows read", { objectRowsRead: million }, 0.001],
  ["rows written", { objectRowsWritten: million }, 1],
  ["messages, three operations each", { messages: million }, 1.2],
  ["KV reads", { kvReads: million }, 0.5],
  ["KV writes", { kvWrites: million }, 5],
] as const)("a million %s cost what the platform asks for them", (_, use, dollars) => {
  expect(costOf1000({ ...nothing, ...use }) / 1_000).toBeCloseTo(dollars, 9);
});

test("an hour of the store's processor costs an hour of a compute unit", () => {
  const use = { ...nothing, postgresCpuMs: 3_600_000 };
  expect(costOf1000(use) / 1_000).toBeCloseTo(0.106, 9);
});

test("what the database servers do is the operator's own bill", () => {
  expect(costOf1000({ ...nothing, fleetStatements: 10, storeRoundTrips: 3 })).toBe(0);
});
