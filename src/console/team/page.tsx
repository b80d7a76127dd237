import type { InvitationView, MemberView, TeamView } from "../../polykomos/teams/contract.ts";
import type { View } from "../area.ts";
import { ActionButton, Form, ProblemNote, SelectField, TextField } from "../parts/form.tsx";
import { Badge, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";

const roles = [
  { value: "member", name: "Member: works with everything of the team" },
  { value: "owner", name: "Owner: also decides who is in it" },
];

export type TeamForm = "invite" | "rename";

export type Shown = {
  team: TeamView;
  members: readonly MemberView[];
  invitations: readonly InvitationView[];
  wrong?: { form: TeamForm; problem: Problem };
};

/** The team that is looked at: who is in it, who is invited, and its name. */
export function teamPage(visit: Visit, shown: Shown): View {
  const { team, members, invitations, wrong } = shown;
  const isOwner = team.role === "owner";
  // Who is no owner any more sees no form to tell it at.
  const elsewhere = isOwner ? null : wrong?.problem;
  const problemOf = (form: TeamForm) => (wrong?.form === form ? wrong.problem : null);
  const main = (
    <>
      <PageHead
        title={team.name}
        lead={isOwner ? "You own this team." : "You are a member of this team."}
      />
      <ProblemNote problem={elsewhere} />
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
      {isOwner ? <Invite visit={visit} problem={problemOf("invite")} /> : null}
      <Waiting visit={visit} invitations={invitations} isOwner={isOwner} />
      {isOwner ? <Rename visit={visit} team={team} problem={problemOf("rename")} /> : null}
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

function Invite({ visit, problem }: { visit: Visit; problem: Problem | null }) {
  const typed = (name: string) => (problem ? visit.form.get(name) : null);
  return (
    <Panel
      title="Invite"
      id="invite"
      lead="They get a mail with a link that signs them in, and may then join."
    >
      <ProblemNote problem={problem} toldAt={["email", "role"]} />
      <Form visit={visit} action="/console/team/invite" label="Invite">
        <TextField
          name="email"
          label="E-mail address"
          type="email"
          value={typed("email") ?? ""}
          required
          maxlength={254}
          problem={problem}
        />
        <SelectField
          name="role"
          label="As"
          choices={roles}
          value={typed("role") ?? "member"}
          problem={problem}
        />
        <button type="submit">Invite</button>
      </Form>
    </Panel>
  );
}

function Waiting(props: {
  visit: Visit;
  invitations: readonly InvitationView[];
  isOwner: boolean;
}) {
  const { visit, invitations, isOwner } = props;
  return (
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
  );
}

function Rename(props: { visit: Visit; team: TeamView; problem: Problem | null }) {
  const { visit, team, problem } = props;
  return (
    <Panel title="Name" id="rename">
      <ProblemNote problem={problem} toldAt={["name"]} />
      <Form visit={visit} action="/console/team/rename" label="Rename the team">
        <TextField
          name="name"
          label="Name"
          value={problem ? (visit.form.get("name") ?? "") : team.name}
          required
          maxlength={120}
          problem={problem}
        />
        <button type="submit" class="quiet">
          Rename
        </button>
      </Form>
    </Panel>
  );
}
