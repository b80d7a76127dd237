import { Form } from "../parts/form.tsx";
import { Copyable, Note, Panel, Time } from "../parts/page.tsx";
import type { Visit } from "../visit.ts";
import { connectionForms } from "./connection.ts";
import { type DatabaseView, databasePath } from "./wire.ts";

/** How to connect. The password is in the page only when it was asked for. */
export function Connect(props: {
  visit: Visit;
  database: DatabaseView;
  password: string | null;
  /** The password was just rotated. */
  isFresh: boolean;
}) {
  const { visit, database, password } = props;
  const place = databasePath(database.uuid);
  const until = database.previous_credential_until;
  const toggle =
    password === null ? (
      <Form visit={visit} action={`${place}/password`} class="inline" swap="connect">
        <button type="submit" class="quiet small" id="toggle-password">
          Show the password
        </button>
      </Form>
    ) : (
      <a class="button quiet small" id="toggle-password" href={place}>
        Hide the password
      </a>
    );
  return (
    <Panel
      id="connect"
      title="Connect"
      lead={
        password === null
          ? "The password is hidden: it stands here as ***."
          : "The password is in these texts. Keep it off screens that others see."
      }
      actions={toggle}
    >
      {props.isFresh ? (
        <Note kind="good">The password was rotated. This is the new one.</Note>
      ) : null}
      {until ? (
        <Note kind="warn">
          The earlier login still works until <Time iso={until} />.
        </Note>
      ) : null}
      <div id="forms" data-tabs="Forms of the connection">
        {connectionForms(database, password).map((form) => (
          <div class="tab-panel" id={`form-${form.id}`}>
            <h3>{form.name}</h3>
            <Copyable id={`text-${form.id}`} text={form.text} label={form.name} />
          </div>
        ))}
      </div>
    </Panel>
  );
}
