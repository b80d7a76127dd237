import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { endSessions } from "../../src/fleet/mysql/end-sessions.ts";
import type { MysqlSession } from "../../src/fleet/mysql/session.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server on which a session is gone after it was listed so often. */
function serverWhere(goneAfter: number): { session: MysqlSession; told: string[] } {
  const told: string[] = [];
  let listed = 0;
  const session: MysqlSession = {
    async query(text) {
      if (text.startsWith("KILL")) told.push(text);
      else listed += 1;
      return [listed > goneAfter ? [] : [{ id: 7 }]];
    },
    each: () => Promise.reject(new Error("not asked for")),
    close: async () => {},
  };
  return { session, told };
}

test("sessions are told to end until none is listed", async () => {
  const { session, told } = serverWhere(3);
  const ended = endSessions(session, "SELECT id");
  await vi.runAllTimersAsync();
  await ended;
  expect(told).toEqual(new Array(3).fill("KILL CONNECTION 7"));
});

test("a session that will not end is an error, for it may still write", async () => {
  const { session } = serverWhere(Number.POSITIVE_INFINITY);
  const ended = expect(endSessions(session, "SELECT id")).rejects.toThrow("still there");
  await vi.runAllTimersAsync();
  await ended;
});
