import { type Endpoint, endpoint } from "../../http/mount.ts";
import type { Caller } from "../caller.ts";
import * as contract from "./contract.ts";
import type { InvitationRow } from "./invitations-store.ts";
import * as service from "./service.ts";
import type { MemberRow, TeamRow } from "./store.ts";

function viewTeam(row: TeamRow): contract.TeamView {
  return { object: "team", ...row };
}

function viewMember(row: MemberRow): contract.MemberView {
  return { object: "member", ...row };
}

function viewInvitation(row: InvitationRow): contract.InvitationView {
  return { object: "invitation", ...row };
}

/** The endpoints of teams, members and invitations. */
export function teamEndpoints(deps: service.TeamDeps): Endpoint<Caller>[] {
  return [...ofTeams(deps), ...ofInvitations(deps)];
}

function ofTeams(deps: service.TeamDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.listTeams, async (_, caller: Caller) => {
      const teams = await service.listTeams(deps, caller);
      return { status: 200, body: { data: teams.map(viewTeam) } };
    }),
    endpoint(contract.createTeam, async ({ body }, caller: Caller) => {
      const team = await service.createTeam(deps, caller, body.name);
      return { status: 201, body: { data: viewTeam(team) } };
    }),
    endpoint(contract.renameTeam, async ({ params, body }, caller: Caller) => {
      const team = await service.renameTeam(deps, caller, params.team_id, body.name);
      return { status: 200, body: { data: viewTeam(team) } };
    }),
    endpoint(contract.listMembers, async ({ params }, caller: Caller) => {
      const members = await service.listMembers(deps, caller, params.team_id);
      return { status: 200, body: { data: members.map(viewMember) } };
    }),
    endpoint(contract.changeRole, async ({ params, body }, caller: Caller) => {
      const target = { teamId: params.team_id, userId: params.user_id, role: body.role };
      const member = await service.changeRole(deps, caller, target);
      return { status: 200, body: { data: viewMember(member) } };
    }),
    endpoint(contract.removeMember, async ({ params }, caller: Caller) => {
      const member = await service.removeMember(deps, caller, params.team_id, params.user_id);
      return { status: 200, body: { data: viewMember(member) } };
    }),
  ];
}

function ofInvitations(deps: service.TeamDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.listInvitations, async ({ params }, caller: Caller) => {
      const invitations = await service.listInvitations(deps, caller, params.team_id);
      return { status: 200, body: { data: invitations.map(viewInvitation) } };
    }),
    endpoint(contract.invite, async ({ params, body }, caller: Caller) => {
      const asked = { teamId: params.team_id, email: body.email, role: body.role };
      const invitation = await service.invite(deps, caller, asked);
      return { status: 201, body: { data: viewInvitation(invitation) } };
    }),
    endpoint(contract.listMyInvitations, async (_, caller: Caller) => {
      const invitations = await service.listMyInvitations(deps, caller);
      return { status: 200, body: { data: invitations.map(viewInvitation) } };
    }),
    endpoint(contract.accept, async ({ params }, caller: Caller) => {
      const team = await service.acceptInvitation(deps, caller, params.invitation_id);
      return { status: 200, body: { data: viewTeam(team) } };
    }),
    endpoint(contract.decline, async ({ params }, caller: Caller) => {
      const invitation = await service.declineInvitation(deps, caller, params.invitation_id);
      return { status: 200, body: { data: viewInvitation(invitation) } };
    }),
    endpoint(contract.withdraw, async ({ params }, caller: Caller) => {
      const invitation = await service.withdrawInvitation(deps, caller, {
        teamId: params.team_id,
        id: params.invitation_id,
      });
      return { status: 200, body: { data: viewInvitation(invitation) } };
    }),
  ];
}
