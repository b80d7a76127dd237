import type { View } from "../area.ts";
import { Form, TextField } from "../parts/form.tsx";
import { Note, PageHead, Panel, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import type { DatabaseView } from "./wire.ts";

/** Deleting: the name is typed, for there is no way back after the date. */
export function deletePage(visit: Visit, database: DatabaseView, problem: Problem | null): View {
  const place = `/console/databases/${database.uuid}`;
  const main = (
    <>
      <PageHead title={`Delete ${database.name}`} back={{ href: place, name: database.name }} />
      <Panel title="Are you sure?" kind="danger">
        <div class="stack">
          <p>
            Every login is refused and every open session ends within seconds. The name is free at
            once. The data is kept until the date that the next page tells, and then destroyed for
            good.
          </p>
          <Form visit={visit} action={`${place}/delete`} label="Delete the database">
            <TextField
              name="name"
              label={`Type its name: ${database.name}`}
              required
              mono
              problem={problem}
            />
            <div class="actions">
              <button type="submit" class="danger">
                Delete it
              </button>
              <a class="button quiet" href={place}>
                Keep it
              </a>
            </div>
          </Form>
        </div>
      </Panel>
    </>
  );
  return { title: `Delete ${database.name}`, main, status: problem?.status ?? 200 };
}

export function deletedPage(name: string, destroyAt: string | null): View {
  const main = (
    <>
      <PageHead
        title={`${name} is deleted`}
        back={{ href: "/console/databases", name: "Databases" }}
      />
      <Note kind="good">
        Its logins are refused.{" "}
        {destroyAt === null ? (
          "Nothing of it was built, so nothing remains."
        ) : (
          <>
            Its data will be destroyed <Time iso={destroyAt} />. Until then whoever runs this
            service can still get it back.
          </>
        )}
      </Note>
      <a class="button" href="/console/databases">
        To your databases
      </a>
    </>
  );
  return { title: "Deleted", main };
}
