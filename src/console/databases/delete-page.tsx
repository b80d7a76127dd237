import type { View } from "../area.ts";
import { ConfirmPanel, TextField } from "../parts/form.tsx";
import { Note, PageHead, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { type DatabaseView, databasePath, databasesPath } from "./wire.ts";

/** Deleting: the name is typed, for there is no way back after the date. */
export function deletePage(visit: Visit, database: DatabaseView, problem: Problem | null): View {
  const place = databasePath(database.uuid);
  const title = `Delete ${database.name}`;
  const nameField = (
    <TextField
      name="name"
      label={`Type its name: ${database.name}`}
      required
      mono
      problem={problem}
    />
  );
  const main = (
    <>
      <PageHead title={title} back={{ href: place, name: database.name }} />
      <ConfirmPanel
        visit={visit}
        title="Are you sure?"
        action={`${place}/delete`}
        fields={nameField}
        submit="Delete it"
        leave={place}
      >
        Every login is refused and every open session ends within seconds. The name is free at once.
        The data is kept until the date that the next page tells, and then destroyed for good.
      </ConfirmPanel>
    </>
  );
  return { title, main, status: problem?.status ?? 200 };
}

export function deletedPage(name: string, destroyAt: string | null): View {
  const main = (
    <>
      <PageHead title={`${name} is deleted`} back={{ href: databasesPath, name: "Databases" }} />
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
      <a class="button" href={databasesPath}>
        To your databases
      </a>
    </>
  );
  return { title: "Deleted", main };
}
