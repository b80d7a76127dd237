import type { Store } from "../../db/client.ts";
import { type Clock, minuteMs, secondMs } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import { digestHex, randomPassword, sha256Hex } from "../../lib/secrets.ts";
import * as store from "./store.ts";

/**
 * Sessions of people. The browser has a random token in a cookie, the store its SHA-256. A session
 * ends when it is not used for a while, at a fixed age, or when somebody signs out.
 */
export type SessionDeps = {
  store: Store;
  clock: Clock;
  settings: {
    /** Ends a session that is not used. */
    SESSION_IDLE_SECONDS: number;
    /** Ends every session. */
    SESSION_LIFETIME_SECONDS: number;
  };
};

export type Session = {
  id: string;
  token: string;
  user: { id: number; email: string; name: string; accountId: string; pumaAccountId: string };
  teams: store.SessionTeam[];
  /** The team that is looked at; `null` for somebody in none. */
  team: store.SessionTeam | null;
  /** Invitations that wait for an answer. */
  invitations: number;
  /** The browser must be given the cookie anew, with its full age. */
  isRenewed: boolean;
};

const tokenLength = 40;
const tokenShape = /^[A-Za-z0-9]{40}$/;
/** A use is written at most this often. */
const renewedEveryMs = 5 * minuteMs;
const clientLengthMax = 200;
/** Of a first session; more than one is needed when two requests make the user at once. */
const triesMax = 3;

/**
 * Begins a session for an address that was proven, with a new token. `client`: what the browser calls
 * itself. Gives the token, which nobody else has, and the hash that it is stored by.
 */
export async function beginSession(
  deps: SessionDeps,
  person: { email: string; accountId: string; pumaAccountId: string },
  client: string,
  requestId: string,
): Promise<{ token: string; tokenHash: string }> {
  const token = randomPassword(tokenLength);
  const tokenHash = sha256Hex(token);
  const nowMs = deps.clock();
  const session = {
    id: newUuid(),
    tokenHash,
    client: client.slice(0, clientLengthMax),
    now: new Date(nowMs),
    expiresAt: new Date(nowMs + deps.settings.SESSION_LIFETIME_SECONDS * secondMs),
  };
  const user = { ...person, name: person.email.split("@", 1)[0] ?? person.email };
  for (let tries = 1; tries <= triesMax; tries++) {
    const isBegun = await store.insertSession(deps.store, user, session, requestId);
    if (isBegun) return { token, tokenHash };
  }
  throw new Error("The user was neither there nor made");
}

/**
 * The session of a cookie's token; `null` when it is none in force. The browser keeps its cookie for
 * longer only when the store has the use, so the use is written before the page, not after it.
 */
export async function readSession(deps: SessionDeps, token: string): Promise<Session | null> {
  if (!tokenShape.test(token)) return null;
  const nowMs = deps.clock();
  const row = await store.useSession(deps.store, await digestHex(token), {
    now: new Date(nowMs),
    usedSince: usedSince(deps, nowMs),
    renewAt: new Date(nowMs - renewedEveryMs),
  });
  if (!row) return null;
  const { teams } = row;
  return {
    id: row.id,
    token,
    user: {
      id: row.user_id,
      email: row.email,
      name: row.name,
      accountId: row.account_id,
      pumaAccountId: row.puma_account_id,
    },
    teams,
    team: teams.find((each) => each.id === row.team_id) ?? teams[0] ?? null,
    invitations: row.invitations,
    isRenewed: row.renewed,
  };
}

/** The sessions of the user that are in force, the last used first. */
export async function sessionsOf(
  deps: SessionDeps,
  { user }: Session,
): Promise<store.ListedSession[]> {
  const nowMs = deps.clock();
  return await store.listSessions(deps.store, user.id, new Date(nowMs), usedSince(deps, nowMs));
}

/** A session whose last use was before this has ended. */
function usedSince({ settings }: SessionDeps, nowMs: number): Date {
  return new Date(nowMs - settings.SESSION_IDLE_SECONDS * secondMs);
}

/** Looks at another team from now on; nothing changes for one that the user is not in. */
export async function lookAtTeam(
  deps: SessionDeps,
  { id, user }: Session,
  teamId: number,
): Promise<void> {
  await store.chooseTeam(deps.store, { id, userId: user.id }, teamId);
}

/** Takes back a session whose link turned out to be used already. */
export async function withdrawSession(deps: SessionDeps, tokenHash: string): Promise<void> {
  await store.deleteSession(deps.store, tokenHash);
}

/** Ends one session of the user, or with `null` all of them, this one too. */
export async function signOut(
  deps: SessionDeps,
  session: Session,
  only: string | null,
  requestId: string,
): Promise<void> {
  const act = { requestId, now: new Date(deps.clock()) };
  await store.endSessions(deps.store, session.user.id, only, act);
}
