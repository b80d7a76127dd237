import type { View } from "../area.ts";
import { Empty, More, PageHead, Table, Time } from "../parts/page.tsx";
import { eventsText, HealthBadge } from "./parts.tsx";
import type { EndpointView } from "./wire.ts";

export function listPage(shown: {
  teamName: string;
  endpoints: readonly EndpointView[];
  older: string | null;
}): View {
  const { endpoints, teamName } = shown;
  const add = (
    <a class="button" href="/console/webhooks/new">
      New endpoint
    </a>
  );
  const main = (
    <>
      <PageHead
        title="Webhooks"
        lead={`Your servers are told of what happens to the databases of ${teamName}.`}
      >
        {endpoints.length > 0 ? add : null}
      </PageHead>
      {endpoints.length === 0 ? (
        <Empty title="No endpoint yet" action={add}>
          Give the address of a server of yours, and it is sent a signed message when a database is
          ready, near its limits, or gone. A test message shows at once whether it arrives.
        </Empty>
      ) : (
        <Table
          caption="Webhook endpoints, newest first, revoked ones too"
          columns={[
            { name: "Address", kind: "main" },
            { name: "State" },
            { name: "Last delivered" },
            { name: "Last failed" },
          ]}
          rows={endpoints.map((endpoint) => [
            <>
              <a href={`/console/webhooks/${endpoint.id}`}>{endpoint.url}</a>
              <span class="sub">{eventsText(endpoint.events)}</span>
            </>,
            <HealthBadge endpoint={endpoint} />,
            <Time iso={endpoint.last_success_at} />,
            <Time iso={endpoint.last_failure_at} />,
          ])}
        />
      )}
      <More href={shown.older} />
    </>
  );
  return { title: "Webhooks", main };
}
