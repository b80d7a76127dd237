import type { InvitationView, MemberView, TeamView } from "../../polykomos/teams/contract.ts";
import type { View } from "../area.ts";
import { ActionButton, Form, ProblemNote, SelectField, TextField } from "../parts/form.tsx";
import { Badge, Empty, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";

const roles = [
  { value: "member", name: "Member: works with everything of the team" },
  { value: "owner", name: "Owner: also decides who is in it" },
];

export type Shown = {
  team: TeamView;
  members: readonly MemberView[];
  invitations: readonly InvitationView[];
  wrong?: { form: "invite" | "rename"; problem: Problem };
};

export function teamPage(visit: Visit, shown: Shown): View {
  const { team, members, invitations, wrong } = shown;
  const isOwner = team.role === "owner";
  const of = (form: "invite" | "rename") => (wrong?.form === form ? wrong.problem : null);
  const main = (
    <>
      <PageHead
        title={team.name}
        lead={isOwner ? "You own this team." : "You are a member of this team."}
      />
      <Panel title="People">
        <Table
          caption="Who is in the team"
          columns={[
            { name: "Who", kind: "main" },
            { name: "Role" },
            { name: "Since" },
            { name: "Actions", kind: "actions" },
          ]}
          rows={members.map((member) => [
            <>
              {member.name}
              <span class="sub">{member.email}</span>
            </>,
            member.role,
            <Time iso={member.joined_at} />,
            <MemberActions visit={visit} team={team} member={member} />,
          ])}
        />
      </Panel>
      {isOwner ? (
        <Panel
          title="Invite"
          id="invite"
          lead="They get a mail with a link that signs them in, and may then join."
        >
          <Form visit={visit} action="/console/team/invite" label="Invite">
            <TextField
              name="email"
              label="E-mail address"
              type="email"
              value={of("invite") ? (visit.form.get("email") ?? "") : ""}
              required
              maxlength={254}
              problem={of("invite")}
            />
            <SelectField
              name="role"
              label="As"
              choices={roles}
              value={visit.form.get("role") ?? "member"}
            />
            <button type="submit">Invite</button>
          </Form>
        </Panel>
      ) : null}
      <Panel title="Waiting invitations">
        {invitations.length === 0 ? (
          <p class="hint">Nobody's answer is waited for.</p>
        ) : (
          <Table
            caption="Invitations that wait for an answer"
            columns={[
              { name: "Address", kind: "main" },
              { name: "As" },
              { name: "Ends" },
              { name: "Actions", kind: "actions" },
            ]}
            rows={invitations.map((each) => [
              each.email,
              each.role,
              <Time iso={each.expires_at} />,
              isOwner ? (
                <ActionButton
                  visit={visit}
                  action={`/console/team/invitations/${each.id}/withdraw`}
                  label="Withdraw"
                  about={each.email}
                />
              ) : null,
            ])}
          />
        )}
      </Panel>
      {isOwner ? (
        <Panel title="Name" id="rename">
          <Form visit={visit} action="/console/team/rename" label="Rename the team">
            <TextField
              name="name"
              label="Name"
              value={of("rename") ? (visit.form.get("name") ?? "") : team.name}
              required
              maxlength={120}
              problem={of("rename")}
            />
            <button type="submit" class="quiet">
              Rename
            </button>
          </Form>
        </Panel>
      ) : null}
    </>
  );
  return { title: team.name, main, status: wrong?.problem.status ?? 200 };
}

function MemberActions(props: { visit: Visit; team: TeamView; member: MemberView }) {
  const { visit, team, member } = props;
  const isMe = member.user_id === visit.session.user.id;
  const place = `/console/team/members/${member.user_id}`;
  if (isMe) {
    if (team.is_primary) return <Badge kind="idle">you</Badge>;
    return <ActionButton visit={visit} action={`${place}/remove`} label="Leave" kind="danger" />;
  }
  if (team.role !== "owner") return null;
  const other = member.role === "owner" ? "member" : "owner";
  return (
    <>
      <ActionButton
        visit={visit}
        action={`${place}/role`}
        fields={{ role: other }}
        label={`Make ${other}`}
        about={member.email}
      />
      <ActionButton
        visit={visit}
        action={`${place}/remove`}
        label="Remove"
        about={member.email}
        kind="danger"
      />
    </>
  );
}

export function newTeamPage(visit: Visit, problem: Problem | null): View {
  const main = (
    <>
      <PageHead title="New team" lead="You will own it, and can invite others." />
      <Panel title="What it is called">
        {problem && problem.field === null ? <ProblemNote problem={problem} /> : null}
        <Form visit={visit} action="/console/teams" label="New team">
          <TextField
            name="name"
            label="Name"
            value={visit.form.get("name") ?? ""}
            required
            maxlength={120}
            autofocus
            problem={problem}
          />
          <button type="submit">Make the team</button>
        </Form>
      </Panel>
    </>
  );
  return { title: "New team", main, status: problem?.status ?? 200 };
}

export function invitationsPage(visit: Visit, invitations: readonly InvitationView[]): View {
  const main = (
    <>
      <PageHead title="Invitations" lead="Teams that would have you." />
      {invitations.length === 0 ? (
        <Empty
          title="No invitation waits"
          action={
            <a class="button quiet" href="/console">
              To your databases
            </a>
          }
        >
          When somebody invites your address to a team, you can answer here.
        </Empty>
      ) : (
        <Table
          caption="Invitations to you"
          columns={[
            { name: "Team", kind: "main" },
            { name: "As" },
            { name: "From" },
            { name: "Ends" },
            { name: "Actions", kind: "actions" },
          ]}
          rows={invitations.map((each) => [
            each.team_name,
            each.role,
            each.invited_by,
            <Time iso={each.expires_at} />,
            <>
              <ActionButton
                visit={visit}
                action={`/console/invitations/${each.id}/accept`}
                label="Join"
                about={each.team_name}
                kind="main"
              />
              <ActionButton
                visit={visit}
                action={`/console/invitations/${each.id}/decline`}
                label="Decline"
                about={each.team_name}
              />
            </>,
          ])}
        />
      )}
    </>
  );
  return { title: "Invitations", main };
}
