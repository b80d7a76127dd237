import type { View } from "../area.ts";
import { AreaField, Form, ProblemNote, TextField } from "../parts/form.tsx";
import { PageHead, Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { memoryPath, tablePath } from "./wire.ts";

/** Writing a row by hand. */
export function newRowPage(visit: Visit, table: string, problem: Problem | null): View {
  const typed = visit.form.get("row");
  const main = (
    <>
      <PageHead
        title="New row"
        back={
          table === ""
            ? { href: memoryPath, name: "Memory" }
            : { href: tablePath(table), name: table }
        }
      />
      <Panel title="What to keep" lead="The id and the times are added for you.">
        <ProblemNote problem={problem} toldAt={["table", "row"]} />
        <Form visit={visit} action={`${memoryPath}/new`} label="New row">
          <TextField
            name="table"
            label="Table"
            value={visit.form.get("table") ?? table}
            required
            maxlength={64}
            mono
            hint="A new name makes a new table: a letter, then letters, digits, _ or -."
            problem={problem}
          />
          <AreaField
            name="row"
            label="The row, as JSON"
            value={typed ?? '{\n  "title": ""\n}'}
            rows={10}
            required
            problem={problem}
          />
          <button type="submit">Keep it</button>
        </Form>
      </Panel>
    </>
  );
  return { title: "New row", main, status: problem?.status ?? 200 };
}
