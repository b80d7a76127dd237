import type { View } from "../area.ts";
import { Form, ProblemNote, TextField } from "../parts/form.tsx";
import { PageHead, Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";

export function newTeamPage(visit: Visit, problem: Problem | null): View {
  const main = (
    <>
      <PageHead title="New team" lead="You will own it, and can invite others." />
      <Panel title="What it is called">
        <ProblemNote problem={problem} toldAt={["name"]} />
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
