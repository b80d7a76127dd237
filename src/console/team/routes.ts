import { notFound } from "../../polykomos/dialect.ts";
import * as teams from "../../polykomos/teams/contract.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { attempt, type Problem } from "../problem.ts";
import { lookAtTeam, type SessionDeps } from "../session/service.ts";
import type { Visit } from "../visit.ts";
import { invitationsPage } from "./invitations-page.tsx";
import { newTeamPage } from "./new-page.tsx";
import { type Shown, type TeamForm, teamPage } from "./page.tsx";

/** The team that is looked at, its people, and invitations. */
export function teamArea(deps: SessionDeps): Area {
  return {
    nav: { href: "/console/team", name: "Team", icon: "team" },
    done: {
      invited: "The invitation is on its way.",
      invitation_withdrawn: "The invitation is withdrawn.",
      role_changed: "The role is changed.",
      member_removed: "They are in the team no more.",
      team_left: "You have left the team.",
      team_renamed: "The team has its new name.",
      joined: "Welcome: this is the team you joined.",
      declined: "The invitation is declined.",
    },
    routes: [
      get("/team", async (visit) => teamPage(visit, await shownOf(visit))),
      post("/team/invite", invite),
      post("/team/rename", rename),
      post("/team/members/:user_id/role", async (visit) => {
        const body = { role: visit.form.get("role") };
        await visit.ask(teams.changeRole, { params: memberParams(visit), body });
        return seeOther("/console/team", "role_changed");
      }),
      post("/team/members/:user_id/remove", async (visit) => {
        const params = memberParams(visit);
        await visit.ask(teams.removeMember, { params });
        const isMe = params.user_id === String(visit.session.user.id);
        return seeOther("/console/team", isMe ? "team_left" : "member_removed");
      }),
      post("/team/invitations/:id/withdraw", async (visit) => {
        await visit.ask(teams.withdraw, {
          params: { ...teamParams(visit), invitation_id: visit.params.id ?? "" },
        });
        return seeOther("/console/team", "invitation_withdrawn");
      }),
      post("/team/switch", async (visit) => {
        const id = visit.form.get("team_id") ?? "";
        const team = visit.session.teams.find((each) => String(each.id) === id);
        if (!team) throw notFound("team");
        await lookAtTeam(deps, visit.session, team.id);
        return seeOther("/console/databases");
      }),
      get("/teams/new", async (visit) => newTeamPage(visit, null)),
      post("/teams", async (visit) => {
        const body = { name: visit.form.get("name") ?? "" };
        const made = await attempt(visit.ask<{ data: { id: number } }>(teams.createTeam, { body }));
        if (!made.ok) return newTeamPage(visit, made.problem);
        await lookAtTeam(deps, visit.session, made.value.body.data.id);
        return seeOther("/console/team");
      }),
      get("/invitations", async (visit) => {
        const { body } = await visit.ask<{ data: teams.InvitationView[] }>(teams.listMyInvitations);
        return invitationsPage(visit, body.data);
      }),
      post("/invitations/:id/accept", async (visit) => {
        const params = { invitation_id: visit.params.id ?? "" };
        const { body } = await visit.ask<{ data: { id: number } }>(teams.accept, { params });
        await lookAtTeam(deps, visit.session, body.data.id);
        return seeOther("/console/team", "joined");
      }),
      post("/invitations/:id/decline", async (visit) => {
        await visit.ask(teams.decline, { params: { invitation_id: visit.params.id ?? "" } });
        return seeOther("/console/invitations", "declined");
      }),
    ],
  };
}

function teamParams({ session }: Visit): { team_id: string } {
  if (!session.team) throw notFound("team");
  return { team_id: String(session.team.id) };
}

function memberParams(visit: Visit): { team_id: string; user_id: string } {
  return { ...teamParams(visit), user_id: visit.params.user_id ?? "" };
}

async function shownOf(visit: Visit): Promise<Shown> {
  const params = teamParams(visit);
  const [list, members, invitations] = await Promise.all([
    visit.ask<{ data: teams.TeamView[] }>(teams.listTeams),
    visit.ask<{ data: teams.MemberView[] }>(teams.listMembers, { params }),
    visit.ask<{ data: teams.InvitationView[] }>(teams.listInvitations, { params }),
  ]);
  const team = list.body.data.find((each) => String(each.id) === params.team_id);
  if (!team) throw notFound("team");
  return { team, members: members.body.data, invitations: invitations.body.data };
}

async function again(visit: Visit, form: TeamForm, problem: Problem): Promise<View> {
  return teamPage(visit, { ...(await shownOf(visit)), wrong: { form, problem } });
}

async function invite(visit: Visit): Promise<View | Response> {
  const { form } = visit;
  const body = { email: (form.get("email") ?? "").trim(), role: form.get("role") ?? undefined };
  const done = await attempt(visit.ask(teams.invite, { params: teamParams(visit), body }));
  if (done.ok) return seeOther("/console/team", "invited");
  return await again(visit, "invite", done.problem);
}

async function rename(visit: Visit): Promise<View | Response> {
  const body = { name: visit.form.get("name") ?? "" };
  const done = await attempt(visit.ask(teams.renameTeam, { params: teamParams(visit), body }));
  if (done.ok) return seeOther("/console/team", "team_renamed");
  return await again(visit, "rename", done.problem);
}
