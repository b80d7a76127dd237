import type { View } from "../area.ts";
import { ActionButton, Form, ProblemNote } from "../parts/form.tsx";
import { Empty, Facts, Live, More, Note, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
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
import {
  type DeliveryView,
  deliveryPath,
  type EndpointView,
  endpointPath,
  webhooksPath,
} from "./wire.ts";

export type EndpointShown = {
  endpoint: EndpointView;
  deliveries: readonly DeliveryView[];
  /** How long deliveries are kept. */
  keptDays: number;
  /** Whether these are not the newest. */
  isOlder: boolean;
  older: string | null;
  problem: Problem | null;
};

/** One endpoint: how it does, what was sent to it, and its secret. */
export function endpointPage(visit: Visit, shown: EndpointShown): View {
  const { endpoint, problem } = shown;
  const place = endpointPath(endpoint.id);
  const isLive = endpoint.status === "active";
  const isFollowed =
    !shown.isOlder && shown.deliveries.some((each) => isUnderWay(each, visit.nowMs));
  const main = (
    <>
      <PageHead
        title={endpoint.url}
        back={{ href: webhooksPath, name: "Webhooks" }}
        lead={`Wants ${eventsText(endpoint.events)}.`}
      >
        {isLive ? (
          <ActionButton visit={visit} action={`${place}/test`} label="Send a test" kind="main" />
        ) : null}
      </PageHead>
      <ProblemNote problem={problem} />
      <Live id="deliveries" from={place} everyMs={isFollowed ? 2_000 : null}>
        <State visit={visit} endpoint={endpoint} />
        <Deliveries shown={shown} />
      </Live>
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
          <Form visit={visit} action={`${endpointPath(endpoint.id)}/enable`}>
            <button type="submit">Enable it</button>
          </Form>
        ) : null}
      </div>
    </Panel>
  );
}

function Deliveries({ shown }: { shown: EndpointShown }) {
  const { endpoint, deliveries, isOlder } = shown;
  const kept = `Newest first; they are kept for ${counted(shown.keptDays, "day")}.`;
  return (
    <>
      <Panel title="Deliveries" lead={deliveries.length > 0 ? kept : undefined}>
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
              <a href={deliveryPath(endpoint.id, delivery.id)}>
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
    </>
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
