import type { View } from "../area.ts";
import { ActionButton, Form } from "../parts/form.tsx";
import { Empty, Facts, More, Note, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import {
  DeliveryBadge,
  eventsText,
  HealthBadge,
  healthOf,
  isUnderWay,
  outcomeText,
} from "./parts.tsx";
import type { DeliveryView, EndpointView } from "./wire.ts";

export type EndpointShown = {
  endpoint: EndpointView;
  deliveries: readonly DeliveryView[];
  /** An earlier part of the list. */
  isOlder: boolean;
  older: string | null;
  problem: Problem | null;
};

export function endpointPage(visit: Visit, shown: EndpointShown): View {
  const { endpoint, problem } = shown;
  const place = `/console/webhooks/${endpoint.id}`;
  const isLive = endpoint.status === "active";
  const main = (
    <>
      <PageHead
        title={endpoint.url}
        back={{ href: "/console/webhooks", name: "Webhooks" }}
        lead={`Wants ${eventsText(endpoint.events)}.`}
      >
        {isLive ? (
          <ActionButton visit={visit} action={`${place}/test`} label="Send a test" kind="main" />
        ) : null}
      </PageHead>
      {problem ? <Note kind="bad">{problem.message}</Note> : null}
      <State visit={visit} endpoint={endpoint} />
      <Deliveries visit={visit} shown={shown} />
      {isLive ? <Secret visit={visit} place={place} /> : null}
      {isLive ? (
        <Panel
          title="Revoke"
          kind="danger"
          lead="Nothing is sent to it any more, and it cannot be brought back."
          actions={
            <a class="button danger" href={`${place}/revoke`}>
              Revoke this endpoint…
            </a>
          }
        />
      ) : null}
    </>
  );
  return { title: "Webhook endpoint", main, status: problem?.status ?? 200 };
}

function State({ visit, endpoint }: { visit: Visit; endpoint: EndpointView }) {
  const health = healthOf(endpoint);
  return (
    <Panel title="State" id="state" actions={<HealthBadge endpoint={endpoint} />}>
      {health === "disabled" ? (
        <Note kind="warn">
          It has only failed for five days, so it gets nothing since{" "}
          <Time iso={endpoint.disabled_at} />. Mend your server, then enable it; what happened
          meanwhile can be read over the API (/events).
        </Note>
      ) : null}
      {health === "failing" ? (
        <Note kind="warn">
          The last attempt failed. We try again by ourselves; a delivery below tells what was
          answered.
        </Note>
      ) : null}
      <div class="stack">
        <Facts
          facts={[
            ["Last delivered", <Time iso={endpoint.last_success_at} />],
            ["Last failed", <Time iso={endpoint.last_failure_at} />],
            ["Made", <Time iso={endpoint.created_at} />],
          ]}
        />
        {health === "disabled" ? (
          <Form visit={visit} action={`/console/webhooks/${endpoint.id}/enable`}>
            <button type="submit">Enable it</button>
          </Form>
        ) : null}
      </div>
    </Panel>
  );
}

function Deliveries({ visit, shown }: { visit: Visit; shown: EndpointShown }) {
  const { endpoint, deliveries, isOlder } = shown;
  const follows = !isOlder && deliveries.some((each) => isUnderWay(each, visit.nowMs));
  return (
    <div id="deliveries" data-poll={follows ? "2000" : undefined}>
      <Panel
        title="Deliveries"
        lead={deliveries.length > 0 ? "Newest first; they are kept for 30 days." : undefined}
      >
        {deliveries.length === 0 ? (
          <Empty title={isOlder ? "No older ones" : "Nothing was sent yet"}>
            {endpoint.status === "active"
              ? "Send a test with the button above, or change a database: what was sent, and what your server answered, stands here."
              : "It was revoked, so nothing will be."}
          </Empty>
        ) : (
          <Table
            caption="Deliveries, newest first"
            columns={[
              { name: "Event", kind: "main" },
              { name: "State" },
              { name: "Attempts", kind: "number" },
              { name: "What was answered" },
              { name: "When" },
            ]}
            rows={deliveries.map((delivery) => [
              <a href={`/console/webhooks/${endpoint.id}/deliveries/${delivery.id}`}>
                {delivery.event_type}
                <span class="aloud"> delivery {delivery.id}</span>
              </a>,
              <DeliveryBadge delivery={delivery} />,
              String(delivery.attempt_count),
              outcomeText(delivery),
              <Time iso={delivery.last_attempt_at ?? delivery.created_at} />,
            ])}
          />
        )}
      </Panel>
      <More href={shown.older} />
    </div>
  );
}

function Secret({ visit, place }: { visit: Visit; place: string }) {
  return (
    <Panel
      title="Signing secret"
      lead="A new one is shown once. For 24 hours messages are signed with both, so that your server can change over."
      actions={
        <Form visit={visit} action={`${place}/rotate`} class="inline">
          <button type="submit" class="quiet">
            Rotate the secret
          </button>
        </Form>
      }
    />
  );
}

export function revokePage(visit: Visit, endpoint: EndpointView): View {
  const place = `/console/webhooks/${endpoint.id}`;
  const main = (
    <>
      <PageHead title="Revoke the endpoint?" back={{ href: place, name: "The endpoint" }} />
      <Panel title={endpoint.url} kind="danger">
        <div class="stack">
          <p>
            Nothing is sent to it any more; what still waits is given up. What was sent can still be
            read here. To send there again, make a new endpoint.
          </p>
          <Form visit={visit} action={`${place}/revoke`}>
            <div class="actions">
              <button type="submit" class="danger">
                Revoke it
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
  return { title: "Revoke the endpoint", main };
}
