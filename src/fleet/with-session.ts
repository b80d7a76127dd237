/**
 * Uses a session and closes it. The close is awaited: a login may have a limit of one session, and a
 * database that is to be renamed or dropped must have none.
 */
export async function withSession<Session extends { close(): Promise<void> }, Value>(
  opening: Promise<Session>,
  use: (session: Session) => Promise<Value>,
): Promise<Value> {
  const session = await opening;
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** Opens a session and makes it ready; one that cannot be made ready is closed. */
export async function readySession<Session extends { close(): Promise<void> }>(
  opening: Promise<Session>,
  makeReady: (session: Session) => Promise<unknown>,
): Promise<Session> {
  const session = await opening;
  try {
    await makeReady(session);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}
