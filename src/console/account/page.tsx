import type { View } from "../area.ts";
import { ActionButton } from "../parts/form.tsx";
import { Badge, Facts, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import type { ListedSession } from "../session/store.ts";
import type { Visit } from "../visit.ts";

export function accountPage(visit: Visit, sessions: readonly ListedSession[]): View {
  const { user } = visit.session;
  const main = (
    <>
      <PageHead title="Account" lead="Who you are here, and where you are signed in." />
      <Panel title="You">
        <Facts
          facts={[
            ["E-mail address", user.email],
            ["Name", user.name],
            ["pumaDB account", <code>{user.pumaAccountId}</code>],
          ]}
        />
      </Panel>
      <Panel
        title="Where you are signed in"
        lead="A browser is signed out by itself when it is not used for a while."
        actions={
          <ActionButton
            visit={visit}
            action="/console/sign-out-everywhere"
            label="Sign out everywhere"
            kind="danger"
          />
        }
      >
        <Table
          caption="Browsers that are signed in"
          columns={[
            { name: "Browser", kind: "main" },
            { name: "Signed in" },
            { name: "Last used" },
            { name: "Actions", kind: "actions" },
          ]}
          rows={sessions.map((each) => [
            <>
              {browserName(each.client)}{" "}
              {each.id === visit.session.id ? <Badge kind="good">this one</Badge> : null}
            </>,
            <Time iso={each.created_at} />,
            <Time iso={each.used_at} />,
            <ActionButton
              visit={visit}
              action={`/console/account/sessions/${each.id}/end`}
              label="Sign out"
              about={browserName(each.client)}
            />,
          ])}
        />
      </Panel>
    </>
  );
  return { title: "Account", main };
}

const browsers = [
  ["Edg/", "Edge"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
] as const;
const systems = ["Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux"] as const;

/** What people call a browser, of what it calls itself. */
function browserName(client: string): string {
  const browser = browsers.find(([mark]) => client.includes(mark))?.[1] ?? "A browser";
  const system = systems.find((each) => client.includes(each));
  return system ? `${browser} on ${system === "Mac OS X" ? "macOS" : system}` : browser;
}
