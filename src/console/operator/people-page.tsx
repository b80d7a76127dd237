import type { View } from "../area.ts";
import { Empty, More, Table } from "../parts/page.tsx";
import type { Visit } from "../visit.ts";
import { OperatorHead } from "./frame.tsx";
import { PeopleForms, type WrongForm } from "./people-forms.tsx";
import type { UserView } from "./wire.ts";

export type ShownPeople = {
  users: readonly UserView[];
  older: string | null;
  wrong?: WrongForm;
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
      <PeopleForms visit={visit} wrong={wrong} />
    </>
  );
  return { title: "Users and teams", main, status: wrong?.problem.status ?? 200 };
}
