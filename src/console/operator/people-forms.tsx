import { Form, ProblemNote, SelectField, TextField } from "../parts/form.tsx";
import { Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { peoplePath } from "./wire.ts";

/** Each form of the page, by the last part of its action's path. */
export type PeopleForm = "users" | "teams" | "members";

/** The form that was sent, and what was wrong with it. */
export type WrongForm = { form: PeopleForm; problem: Problem };

type FormState = { visit: Visit; problem: Problem | null; typed(field: string): string };

/** Where users, teams and memberships are made. */
export function PeopleForms({ visit, wrong }: { visit: Visit; wrong: WrongForm | undefined }) {
  const stateOf = (form: PeopleForm): FormState => {
    const problem = wrong?.form === form ? wrong.problem : null;
    return { visit, problem, typed: (field) => (problem ? (visit.form.get(field) ?? "") : "") };
  };
  return (
    <div class="columns">
      <NewUser {...stateOf("users")} />
      <NewTeam {...stateOf("teams")} />
      <NewMember {...stateOf("members")} />
    </div>
  );
}

function NewUser({ visit, problem, typed }: FormState) {
  return (
    <Panel title="New user" lead="With a team of their own. They sign in with this address.">
      <ProblemNote problem={problem} toldAt={["email", "name"]} />
      <Form visit={visit} action={`${peoplePath}/users`} label="New user">
        <TextField
          name="email"
          label="E-mail address"
          type="email"
          value={typed("email")}
          required
          problem={problem}
        />
        <TextField
          name="user_name"
          field="name"
          label="Name"
          value={typed("user_name")}
          required
          maxlength={120}
          problem={problem}
        />
        <button type="submit" class="quiet">
          Make the user
        </button>
      </Form>
    </Panel>
  );
}

function NewTeam({ visit, problem, typed }: FormState) {
  return (
    <Panel title="New team" lead="Its first member owns it.">
      <ProblemNote problem={problem} toldAt={["name", "member_user_ids"]} />
      <Form visit={visit} action={`${peoplePath}/teams`} label="New team">
        <TextField
          name="team_name"
          field="name"
          label="Name of the team"
          value={typed("team_name")}
          required
          maxlength={120}
          problem={problem}
        />
        <TextField
          name="owner_id"
          field="member_user_ids"
          label="Number of its owner"
          type="number"
          min="1"
          value={typed("owner_id")}
          required
          problem={problem}
        />
        <button type="submit" class="quiet">
          Make the team
        </button>
      </Form>
    </Panel>
  );
}

function NewMember({ visit, problem, typed }: FormState) {
  return (
    <Panel title="Member of a team" lead="Somebody who is in it gets the role.">
      <ProblemNote problem={problem} toldAt={["user_id", "role"]} />
      <Form visit={visit} action={`${peoplePath}/members`} label="Member of a team">
        <TextField
          name="team_id"
          label="Number of the team"
          type="number"
          min="1"
          value={typed("team_id")}
          required
        />
        <TextField
          name="user_id"
          label="Number of the user"
          type="number"
          min="1"
          value={typed("user_id")}
          required
          problem={problem}
        />
        <SelectField
          name="role"
          label="Role"
          value={typed("role")}
          choices={[
            { value: "member", name: "Member" },
            { value: "owner", name: "Owner" },
          ]}
          problem={problem}
        />
        <button type="submit" class="quiet">
          Add to the team
        </button>
      </Form>
    </Panel>
  );
}
