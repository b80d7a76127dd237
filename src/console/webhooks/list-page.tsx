import type { View } from "../area.ts";
import { Empty, More, PageHead, Table, Time } from "../parts/page.tsx";
import type { Visit } from "../visit.ts";
import { eventsText, HealthBadge } from "./parts.tsx";
import { type EndpointView, endpointPath, webhooksPath } from "./wire.ts";

export function listPage(
  { session }: Visit,
  endpoints: readonly EndpointView[],
  older: string | null,
): View {
  const teamName = session.team?.name ?? "your team";
  const add = (
    <a class="button" href={`${webhooksPath}/new`}>
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
              <a href={endpointPath(endpoint.id)}>{endpoint.url}</a>
              <span class="sub">{eventsText(endpoint.events)}</span>
            </>,
            <HealthBadge endpoint={endpoint} />,
            <Time iso={endpoint.last_success_at} />,
            <Time iso={endpoint.last_failure_at} />,
          ])}
        />
      )}
      <More href={older} />
    </>
  );
  return { title: "Webhooks", main };
}
