import type { MysqlSession } from "./mysql-session.ts";

/** Sessions that were ended are looked for again so often, and so many times. */
const endPollMs = 25;
const endPollsMax = 40;
/** The number of the error that says there is none. */
const noSuchThread = 1094;

/** Ends those that the statement lists by `id`, and waits until it lists none. */
export async function endSessions(session: MysqlSession, list: string): Promise<void> {
  for (let poll = 0; poll < endPollsMax; poll++) {
    const [sessions = []] = await session.query(list);
    if (sessions.length === 0) return;
    for (const { id } of sessions) await endSession(session, id);
    await new Promise((resolve) => setTimeout(resolve, endPollMs));
  }
}

export async function endSession(session: MysqlSession, threadId: unknown): Promise<void> {
  try {
    await session.query(`KILL CONNECTION ${Math.trunc(Number(threadId))}`);
  } catch (error) {
    // It has ended by itself meanwhile.
    if (!isServerError(error, noSuchThread)) throw error;
  }
}

/** Whether the server said no; with a number, whether it said that. */
export function isServerError(error: unknown, errno?: number): boolean {
  if (!(error instanceof Error && "errno" in error)) return false;
  return errno === undefined || error.errno === errno;
}
