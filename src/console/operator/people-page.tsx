import type { View } from "../area.ts";
import { Form, ProblemNote, SelectField, TextField } from "../parts/form.tsx";
import { Empty, More, Panel, Table } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { OperatorHead } from "./frame.tsx";
import { operatorPath, type UserView } from "./wire.ts";

export const peoplePath = `${operatorPath}/people`;

/** Each form of the page, by the operation that it runs. */
export type PeopleForm = "users" | "teams" | "members";

export type ShownPeople = {
  users: readonly UserView[];
  older: string | null;
  wrong?: { form: PeopleForm; problem: Problem };
};

/** Who there is and in which teams; both are made here too. */
export function peoplePage(visit: Visit, { users, older, wrong }: ShownPeople): View {
  const main = (
    <>
      <OperatorHead
        visit={visit}
        title="Users and teams"
        lead="Newest first, with their numbers."
      />
      {users.length === 0 ? (
        <Empty title="Nobody yet">
          Whoever signs in at the console is here from then on, with a team of their own. Make
          somebody below to give them a key before they do.
        </Empty>
      ) : (
        <Table
          caption="Users and the teams they are in"
          columns={[{ name: "User", kind: "main" }, { name: "Number" }, { name: "Teams" }]}
          rows={users.map((user) => [
            <>
              {user.name}
              <span class="sub">{user.email}</span>
            </>,
            String(user.id),
            <ul class="plain">
              {user.teams.map((team) => (
                <li>
                  {team.name} <span class="soft">number {team.id}</span>
                </li>
              ))}
            </ul>,
          ])}
        />
      )}
      <More href={older} />
      <Forms visit={visit} wrong={wrong} />
    </>
  );
  return { title: "Users and teams", main, status: wrong?.problem.status ?? 200 };
}

/** The API's fields that each form has a place for. */
const fields: Record<PeopleForm, readonly string[]> = {
  users: ["email", "name"],
  teams: ["name", "member_user_ids"],
  members: ["user_id", "role"],
};

function Forms({ visit, wrong }: { visit: Visit; wrong: ShownPeople["wrong"] }) {
  const of = (form: PeopleForm) => (wrong?.form === form ? wrong.problem : null);
  // What is about a field of the form stands beside that field.
  const noteOf = (form: PeopleForm) => {
    const problem = of(form);
    return problem && fields[form].includes(problem.field ?? "") ? null : problem;
  };
  const typed = (name: string) => (wrong ? (visit.form.get(name) ?? "") : "");
  return (
    <div class="columns">
      <Panel title="New user" lead="With a team of their own. They sign in with this address.">
        <ProblemNote problem={noteOf("users")} />
        <Form visit={visit} action={`${peoplePath}/users`} label="New user">
          <TextField
            name="email"
            label="E-mail address"
            type="email"
            value={typed("email")}
            required
            problem={of("users")}
          />
          <TextField
            name="user_name"
            field="name"
            label="Name"
            value={typed("user_name")}
            required
            maxlength={120}
            problem={of("users")}
          />
          <button type="submit" class="quiet">
            Make the user
          </button>
        </Form>
      </Panel>
      <Panel title="New team" lead="Its first member owns it.">
        <ProblemNote problem={noteOf("teams")} />
        <Form visit={visit} action={`${peoplePath}/teams`} label="New team">
          <TextField
            name="team_name"
            field="name"
            label="Name of the team"
            value={typed("team_name")}
            required
            maxlength={120}
            problem={of("teams")}
          />
          <TextField
            name="owner_id"
            field="member_user_ids"
            label="Number of its owner"
            type="number"
            min="1"
            value={typed("owner_id")}
            required
            problem={of("teams")}
          />
          <button type="submit" class="quiet">
            Make the team
          </button>
        </Form>
      </Panel>
      <Panel title="Member of a team" lead="Somebody who is in it gets the role.">
        <ProblemNote problem={noteOf("members")} />
        <Form visit={visit} action={`${peoplePath}/members`} label="Member of a team">
          <TextField
            name="team_id"
            label="Number of the team"
            type="number"
            min="1"
            value={typed("team_id")}
            required
            problem={of("members")}
          />
          <TextField
            name="user_id"
            label="Number of the user"
            type="number"
            min="1"
            value={typed("user_id")}
            required
            problem={of("members")}
          />
          <SelectField
            name="role"
            label="Role"
            value={typed("role")}
            choices={[
              { value: "member", name: "Member" },
              { value: "owner", name: "Owner" },
            ]}
            problem={of("members")}
          />
          <button type="submit" class="quiet">
            Add to the team
          </button>
        </Form>
      </Panel>
    </div>
  );
}
