import type { KeyView } from "../../polykomos/keys/schemas.ts";
import { scopes } from "../../polykomos/scopes.ts";
import type { View } from "../area.ts";
import { ActionButton } from "../parts/form.tsx";
import { Badge, Empty, PageHead, Table, Time } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import type { Visit } from "../visit.ts";

const newKey = (
  <a class="button" href="/console/keys/new">
    New key
  </a>
);

export function listPage(visit: Visit, keys: readonly KeyView[]): View {
  const main = (
    <>
      <PageHead
        title="API keys"
        lead="With a key, programs and agents do as you: in all of your teams, within its scopes."
      >
        {keys.length > 0 ? newKey : null}
      </PageHead>
      {keys.length === 0 ? (
        <Empty title="No key yet" action={newKey}>
          A key lets a program, a CI job or an agent use the API in your name. Give each its own, so
          that one can be revoked alone.
        </Empty>
      ) : (
        <Table
          caption="API keys, newest first, revoked ones last"
          columns={[
            { name: "Name", kind: "main" },
            { name: "State" },
            { name: "May" },
            { name: "Last used" },
            { name: "Actions", kind: "actions" },
          ]}
          rows={keys.map((key) => [
            <>
              {key.name}
              <span class="sub mono">{key.preview}</span>
            </>,
            key.status === "active" ? (
              <Badge kind="good">active</Badge>
            ) : (
              <Badge kind="idle">revoked</Badge>
            ),
            <KeyRights apiKey={key} />,
            <Time iso={key.last_used_at} />,
            key.status === "active" ? (
              <ActionButton
                visit={visit}
                action={`/console/keys/${key.id}/revoke`}
                label="Revoke"
                about={key.name}
                kind="danger"
              />
            ) : null,
          ])}
        />
      )}
    </>
  );
  return { title: "API keys", main };
}

function KeyRights({ apiKey }: { apiKey: KeyView }) {
  const { permissions, controls } = apiKey;
  const limits = [
    `${controls.requests_per_minute} a minute`,
    ...(controls.monthly_quota === null ? [] : [`${controls.monthly_quota} a month`]),
    ...(controls.allowed_ip_list.length === 0 ? [] : ["some addresses"]),
    ...(controls.inactive_ttl_days === null
      ? []
      : [`ends unused for ${counted(controls.inactive_ttl_days, "day")}`]),
  ];
  return (
    <div>
      {permissions.length === scopes.length ? "everything" : permissions.join(", ")}
      <span class="sub">{limits.join(" · ")}</span>
    </div>
  );
}
