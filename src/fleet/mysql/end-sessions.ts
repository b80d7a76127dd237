import { isRefusal, type MysqlSession } from "./session.ts";

/** Sessions that were told to end are looked for again so often, and so many times. */
const endPollMs = 25;
const endPollsMax = 80;
/** ER_NO_SUCH_THREAD: there is no such session. */
const noSuchThread = 1094;

/**
 * Ends the sessions that the statement lists by `id`, and waits until it lists none. Throws when
 * some are still there after two seconds: they may be writing, so nobody may build on their end.
 */
export async function endSessions(session: MysqlSession, list: string): Promise<void> {
  for (let poll = 0; poll < endPollsMax; poll++) {
    const [sessions = []] = await session.query(list);
    if (sessions.length === 0) return;
    for (const { id } of sessions) await endSession(session, id);
    await new Promise((resolve) => setTimeout(resolve, endPollMs));
  }
  throw new Error("Sessions that were told to end are still there");
}

/** Tells a session to end, by the server's number of it; one that has ended is none to end. */
export async function endSession(session: MysqlSession, threadId: unknown): Promise<void> {
  try {
    await session.query(`KILL CONNECTION ${Math.trunc(Number(threadId))}`);
  } catch (error) {
    if (!isRefusal(error, noSuchThread)) throw error;
  }
}
