import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { errorAnswers, idQuery, line, many, one, timestamp, uuidText } from "../schemas.ts";

/** Teams, who is in them, and invitations. Who may act is decided with the scope `keys:write`. */
const tag = "Teams";
const access = ["keys:write"];

const roleName = z.enum(["owner", "member"]);

const team = z
  .object({
    object: z.literal("team"),
    id: z.int(),
    name: z.string(),
    role: roleName.meta({ description: "What the key's user is in it." }),
    is_primary: z.boolean(),
    members: z.int(),
    created_at: timestamp,
  })
  .meta({ id: "Team" });

const member = z
  .object({
    object: z.literal("member"),
    user_id: z.int(),
    name: z.string(),
    email: z.string(),
    role: roleName,
    joined_at: timestamp,
  })
  .meta({ id: "Member" });

const invitation = z
  .object({
    object: z.literal("invitation"),
    id: z.uuid(),
    team_id: z.int(),
    team_name: z.string(),
    email: z.string(),
    role: roleName,
    invited_by: z.string().meta({ description: "An e-mail address." }),
    created_at: timestamp,
    expires_at: timestamp,
  })
  .meta({ id: "Invitation" });

export type TeamView = z.input<typeof team>;
export type MemberView = z.input<typeof member>;
export type InvitationView = z.input<typeof invitation>;

const teamParams = z.object({ team_id: idQuery });
const memberParams = z.object({ team_id: idQuery, user_id: idQuery });
const invitationParams = z.object({ invitation_id: uuidText() });
const teamInvitationParams = teamParams.extend({ invitation_id: uuidText() });

export const listTeams = declare({
  method: "get",
  path: "/teams",
  operationId: "listTeams",
  tag,
  summary: "List your teams, the primary one first",
  access: [],
  answers: {
    200: { description: "The user's teams.", schema: many(team) },
    ...errorAnswers({ method: "get" }),
  },
});

export const createTeam = declare({
  method: "post",
  path: "/teams",
  operationId: "createTeam",
  tag,
  summary: "Create a team; you own it",
  access,
  idempotency: "accepted",
  body: z.strictObject({ name: line(120) }),
  answers: {
    201: { description: "The new team.", schema: one(team) },
    ...errorAnswers({ method: "post" }, 409),
  },
});

export const renameTeam = declare({
  method: "patch",
  path: "/teams/{team_id}",
  operationId: "renameTeam",
  tag,
  summary: "Rename a team that you own",
  access,
  idempotency: "accepted",
  params: teamParams,
  body: z.strictObject({ name: line(120) }),
  answers: {
    200: { description: "The renamed team.", schema: one(team) },
    ...errorAnswers({ method: "patch" }, 404, 409),
  },
});

export const listMembers = declare({
  method: "get",
  path: "/teams/{team_id}/members",
  operationId: "listMembers",
  tag,
  summary: "List who is in a team",
  access,
  params: teamParams,
  answers: {
    200: { description: "Owners first.", schema: many(member) },
    ...errorAnswers({ method: "get" }, 404),
  },
});

export const changeRole = declare({
  method: "patch",
  path: "/teams/{team_id}/members/{user_id}",
  operationId: "changeMemberRole",
  tag,
  summary: "Make somebody an owner or a member of a team that you own",
  description: "A team always keeps an owner.",
  access,
  idempotency: "accepted",
  params: memberParams,
  body: z.strictObject({ role: roleName }),
  answers: {
    200: { description: "The member with the new role.", schema: one(member) },
    ...errorAnswers({ method: "patch" }, 404, 409),
  },
});

export const removeMember = declare({
  method: "delete",
  path: "/teams/{team_id}/members/{user_id}",
  operationId: "removeMember",
  tag,
  summary: "Take somebody out of a team that you own, or leave it yourself",
  description:
    "Their keys reach nothing of the team from then on. Nobody leaves their primary team, and a team " +
    "keeps an owner.",
  access,
  idempotency: "accepted",
  params: memberParams,
  answers: {
    200: { description: "Who is in the team no more.", schema: one(member) },
    ...errorAnswers({ method: "delete" }, 404, 409),
  },
});

export const listInvitations = declare({
  method: "get",
  path: "/teams/{team_id}/invitations",
  operationId: "listTeamInvitations",
  tag,
  summary: "List a team's invitations that wait for an answer",
  access,
  params: teamParams,
  answers: {
    200: { description: "Newest first.", schema: many(invitation) },
    ...errorAnswers({ method: "get" }, 404),
  },
});

export const invite = declare({
  method: "post",
  path: "/teams/{team_id}/invitations",
  operationId: "createInvitation",
  tag,
  summary: "Invite an e-mail address to a team that you own",
  description:
    "A mail goes to the address. Whoever signs in with it may join, once, for as long as the " +
    "invitation lasts. Inviting the same address again mails it again and prolongs it.",
  access,
  idempotency: "accepted",
  params: teamParams,
  body: z.strictObject({
    email: z.email("must be an e-mail address").max(254),
    role: roleName.default("member"),
  }),
  answers: {
    201: { description: "The invitation.", schema: one(invitation) },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});

export const listMyInvitations = declare({
  method: "get",
  path: "/me/invitations",
  operationId: "listInvitations",
  tag,
  summary: "List the invitations to you that wait for an answer",
  access,
  answers: {
    200: { description: "Newest first.", schema: many(invitation) },
    ...errorAnswers({ method: "get" }),
  },
});

export const accept = declare({
  method: "post",
  path: "/me/invitations/{invitation_id}/accept",
  operationId: "acceptInvitation",
  tag,
  summary: "Join the team that an invitation to you is from",
  access,
  idempotency: "accepted",
  params: invitationParams,
  answers: {
    200: { description: "The team.", schema: one(team) },
    ...errorAnswers({ method: "post" }, 404),
  },
});

export const decline = declare({
  method: "post",
  path: "/me/invitations/{invitation_id}/decline",
  operationId: "declineInvitation",
  tag,
  summary: "Decline an invitation to you",
  access,
  idempotency: "accepted",
  params: invitationParams,
  answers: {
    200: { description: "What was declined.", schema: one(invitation) },
    ...errorAnswers({ method: "post" }, 404),
  },
});

export const withdraw = declare({
  method: "delete",
  path: "/teams/{team_id}/invitations/{invitation_id}",
  operationId: "withdrawInvitation",
  tag,
  summary: "Withdraw an invitation to a team that you own",
  access,
  idempotency: "accepted",
  params: teamInvitationParams,
  answers: {
    200: { description: "What was withdrawn.", schema: one(invitation) },
    ...errorAnswers({ method: "delete" }, 404),
  },
});
