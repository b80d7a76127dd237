import type { Store } from "../../db/client.ts";
import { minuteMs, secondMs } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import { actOf, type Caller } from "../caller.ts";
import { fault, notFound } from "../dialect.ts";
import { madeOnce } from "../second-run.ts";
import * as invitations from "./invitations-store.ts";
import * as store from "./store.ts";

/** Teams and invitations: who is in, as what. Only owners change a team; anybody may leave. */
export type TeamDeps = {
  store: Store;
  clock(): number;
  invitationTtlSeconds: number;
  /**
   * Puts the mail of an invitation in the outbox of its address; false when that address gets too many.
   * `origin` is where the link leads.
   */
  mailInvitation(mail: {
    email: string;
    team: string;
    invitedBy: string;
    origin: string;
  }): Promise<boolean>;
};

const ownedMax = 50;
const ownerStays = "A team keeps an owner: make somebody else one first";
/** Mails that one run of the sweep catches up on. */
const mailedMax = 50;
/** A mail that is not handed over by then was forgotten. */
const forgottenAfterMs = minuteMs;

async function teamOf(deps: TeamDeps, caller: Caller, teamId: number): Promise<store.TeamRow> {
  const team = await store.findTeam(deps.store, caller.userId, teamId);
  if (!team) throw notFound("team");
  return team;
}

async function ownedTeam(deps: TeamDeps, caller: Caller, teamId: number): Promise<store.TeamRow> {
  const team = await teamOf(deps, caller, teamId);
  if (team.role !== "owner") throw fault("conflict", "Only an owner of the team can do this");
  return team;
}

export function listTeams(deps: TeamDeps, caller: Caller): Promise<store.TeamRow[]> {
  return store.listTeams(deps.store, caller.userId);
}

export async function createTeam(
  deps: TeamDeps,
  caller: Caller,
  name: string,
): Promise<store.TeamRow> {
  const { userId, requestKey } = caller;
  if ((await store.countOwned(deps.store, userId)) >= ownedMax) {
    const earlier = await madeEarlier(deps, caller);
    if (earlier) return earlier;
    throw fault("conflict", `One person owns at most ${ownedMax} teams`);
  }
  const teamId = await madeOnce(
    caller,
    store.requestKeyIndex,
    () => store.insertTeam(deps.store, name, requestKey, actOf(deps, caller)),
    (key) => store.findIdByRequestKey(deps.store, userId, key),
  );
  return await teamOf(deps, caller, teamId);
}

/** What an earlier run of the same request made, cut off before its answer was kept. */
async function madeEarlier(
  deps: TeamDeps,
  { userId, requestKey }: Caller,
): Promise<store.TeamRow | null> {
  if (requestKey === null) return null;
  const teamId = await store.findIdByRequestKey(deps.store, userId, requestKey);
  return teamId === null ? null : await store.findTeam(deps.store, userId, teamId);
}

export async function renameTeam(
  deps: TeamDeps,
  caller: Caller,
  teamId: number,
  name: string,
): Promise<store.TeamRow> {
  const team = await ownedTeam(deps, caller, teamId);
  await store.renameTeam(deps.store, teamId, name, actOf(deps, caller));
  return { ...team, name };
}

export async function listMembers(
  deps: TeamDeps,
  caller: Caller,
  teamId: number,
): Promise<store.MemberRow[]> {
  await teamOf(deps, caller, teamId);
  return await store.listMembers(deps.store, caller.userId, teamId);
}

async function memberOf(
  deps: TeamDeps,
  caller: Caller,
  teamId: number,
  userId: number,
): Promise<store.MemberRow> {
  const member = await store.findMember(deps.store, caller.userId, teamId, { userId });
  if (!member) throw notFound("member");
  return member;
}

export async function changeRole(
  deps: TeamDeps,
  caller: Caller,
  target: { teamId: number; userId: number; role: store.Role },
): Promise<store.MemberRow> {
  const { teamId, userId, role } = target;
  await ownedTeam(deps, caller, teamId);
  const changed = await store.changeRole(deps.store, teamId, userId, role, actOf(deps, caller));
  if (changed) return changed;
  await memberOf(deps, caller, teamId, userId);
  throw fault("conflict", ownerStays);
}

export async function removeMember(
  deps: TeamDeps,
  caller: Caller,
  teamId: number,
  userId: number,
): Promise<store.MemberRow> {
  if (userId !== caller.userId) await ownedTeam(deps, caller, teamId);
  else await teamOf(deps, caller, teamId);
  const removed = await store.removeMember(deps.store, teamId, userId, actOf(deps, caller));
  if (removed) return removed;
  const member = await memberOf(deps, caller, teamId, userId);
  throw fault(
    "conflict",
    member.role === "owner"
      ? `${ownerStays}; and nobody leaves their primary team`
      : "Nobody leaves their primary team",
  );
}

export async function listInvitations(
  deps: TeamDeps,
  caller: Caller,
  teamId: number,
): Promise<invitations.InvitationRow[]> {
  await teamOf(deps, caller, teamId);
  return await invitations.listOfTeam(deps.store, caller.userId, teamId, new Date(deps.clock()));
}

/** The row first, then its mail; a mail that could not be handed over is seen to by the sweep. */
export async function invite(
  deps: TeamDeps,
  caller: Caller,
  asked: { teamId: number; email: string; role: store.Role },
): Promise<invitations.InvitationRow> {
  const team = await ownedTeam(deps, caller, asked.teamId);
  const email = asked.email.toLowerCase();
  const act = actOf(deps, caller);
  const expiresAt = new Date(act.now.getTime() + deps.invitationTtlSeconds * secondMs);
  const made = { ...asked, email, id: newUuid(), expiresAt };
  const row = await invitations.putInvitation(deps.store, made, act);
  if (!row) {
    const isIn = await store.findMember(deps.store, caller.userId, team.id, { email });
    const full = `At most ${invitations.pendingMax} invitations of a team wait at once`;
    throw fault("conflict", isIn ? `${email} is in the team already` : full, { field: "email" });
  }
  await mail(deps, row, caller.origin);
  return row;
}

async function mail(
  deps: TeamDeps,
  row: invitations.InvitationRow,
  origin: string,
): Promise<boolean> {
  const { email, team_name: team, invited_by: invitedBy } = row;
  const isSent = await deps.mailInvitation({ email, team, invitedBy, origin });
  if (isSent) await invitations.markMailed(deps.store, row.id, new Date(deps.clock()));
  return isSent;
}

/** The sweep's part: mails what a crash left unmailed. Returns how many. */
export async function mailForgotten(deps: TeamDeps, origin: string): Promise<number> {
  if (origin === "") return 0;
  const now = new Date(deps.clock());
  const before = new Date(now.getTime() - forgottenAfterMs);
  const rows = await invitations.listUnmailed(deps.store, now, before, mailedMax);
  const sent = await Promise.all(rows.map((row) => mail(deps, row, origin)));
  return sent.filter(Boolean).length;
}

export function listMyInvitations(
  deps: TeamDeps,
  caller: Caller,
): Promise<invitations.InvitationRow[]> {
  return invitations.listOfUser(deps.store, caller.userId, new Date(deps.clock()));
}

export async function acceptInvitation(
  deps: TeamDeps,
  caller: Caller,
  id: string,
): Promise<store.TeamRow> {
  const joined = await invitations.acceptInvitation(deps.store, id, actOf(deps, caller));
  if (!joined) throw notFound("invitation");
  return await teamOf(deps, caller, joined.teamId);
}

export async function declineInvitation(
  deps: TeamDeps,
  caller: Caller,
  id: string,
): Promise<invitations.InvitationRow> {
  const row = await invitations.declineInvitation(deps.store, id, actOf(deps, caller));
  if (!row) throw notFound("invitation");
  return row;
}

export async function withdrawInvitation(
  deps: TeamDeps,
  caller: Caller,
  which: { teamId: number; id: string },
): Promise<invitations.InvitationRow> {
  await ownedTeam(deps, caller, which.teamId);
  const row = await invitations.withdrawInvitation(deps.store, which, actOf(deps, caller));
  if (!row) throw notFound("invitation");
  return row;
}
