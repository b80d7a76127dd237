import type { View } from "../area.ts";
import { Form, ProblemNote } from "../parts/form.tsx";
import { Facts, Live, PageHead, Panel, Time } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { DeliveryBadge, isUnderWay, outcomeText } from "./parts.tsx";
import {
  type AttemptView,
  type DeliveryDetailsView,
  deliveryPath,
  type EndpointView,
  endpointPath,
} from "./wire.ts";

/** One delivery: what was sent, how often it was tried, and what was answered each time. */
export function deliveryPage(
  visit: Visit,
  shown: { endpoint: EndpointView; delivery: DeliveryDetailsView; problem: Problem | null },
): View {
  const { endpoint, delivery, problem } = shown;
  const place = deliveryPath(endpoint.id, delivery.id);
  const canRedeliver = endpoint.status === "active" && endpoint.disabled_at === null;
  const main = (
    <>
      <PageHead
        title={delivery.event_type}
        back={{ href: endpointPath(endpoint.id), name: "The endpoint" }}
        lead={<>To {delivery.request.url}</>}
      >
        {canRedeliver ? (
          <Form visit={visit} action={`${place}/redeliver`} class="inline">
            <button type="submit">Redeliver</button>
          </Form>
        ) : null}
      </PageHead>
      <ProblemNote problem={problem} />
      <Live id="attempts" from={place} everyMs={isUnderWay(delivery, visit.nowMs) ? 1_500 : null}>
        <Panel
          title="Attempts"
          actions={<DeliveryBadge delivery={delivery} />}
          lead={
            delivery.status === "failed" && !canRedeliver
              ? "The endpoint takes nothing now: enable it, or make a new one, to send this again."
              : undefined
          }
        >
          <Timeline delivery={delivery} />
        </Panel>
      </Live>
      <SentRequest delivery={delivery} />
    </>
  );
  return { title: `Delivery ${delivery.id}`, main, status: problem?.status ?? 200 };
}

/** What was sent, but for what is new at each attempt. */
function SentRequest({ delivery }: { delivery: DeliveryDetailsView }) {
  const { method, url, headers, body } = delivery.request;
  const headerLines = [
    ...Object.entries(headers),
    ["webhook-timestamp", "(seconds since 1970, at the attempt)"],
    ["webhook-signature", "v1,…"],
  ].map(([name, value]) => `${name}: ${value}`);
  return (
    <Panel title="Request" lead="Each attempt has a timestamp and a signature of its own.">
      <div class="stack">
        <Facts
          facts={[
            ["Method", method],
            ["Address", url],
            ["Happened", <Time iso={delivery.created_at} />],
          ]}
        />
        <h3>Headers</h3>
        <pre class="sheet" tabindex={0}>
          {headerLines.join("\n")}
        </pre>
        <h3>Body</h3>
        <p class="hint">Indented to be read here; it is sent on one line.</p>
        <pre class="sheet" tabindex={0} id="request-body">
          {JSON.stringify(JSON.parse(body), null, 2)}
        </pre>
      </div>
    </Panel>
  );
}

function Timeline({ delivery }: { delivery: DeliveryDetailsView }) {
  const { attempts, attempt_count: count } = delivery;
  const unknown = count - attempts.length;
  return (
    <ol class="timeline" aria-live="polite">
      {unknown > 0 ? (
        <li>
          <b>{counted(unknown, "earlier attempt")}</b>
          <span class="sub">From before attempts were kept one by one.</span>
        </li>
      ) : null}
      {attempts.map((attempt, at) => (
        <Attempt attempt={attempt} number={unknown + at + 1} />
      ))}
      {count === 0 && delivery.status === "pending" ? (
        <li class="next">
          <b>On its way</b>
          <span class="sub">The first attempt is made now.</span>
        </li>
      ) : null}
      {count > 0 && delivery.next_attempt_at !== null ? (
        <li class="next">
          <b>Attempt {count + 1}</b>
          <span class="sub">
            Comes <Time iso={delivery.next_attempt_at} />, by itself.
          </span>
        </li>
      ) : null}
      {delivery.status === "failed" ? (
        <li>
          <b>Given up</b>
          <span class="sub">
            {attempts.at(-1)?.error_message === delivery.error_message
              ? "No more attempts. Mend your server, then redeliver."
              : `${outcomeText(delivery)}.`}
          </span>
        </li>
      ) : null}
    </ol>
  );
}

function Attempt({ attempt, number }: { attempt: AttemptView; number: number }) {
  const isFine = attempt.error_class === null;
  return (
    <li class={isFine ? "good" : "bad"}>
      <b>
        Attempt {number}: {outcomeText(attempt)}
      </b>
      <span class="sub">
        <Time iso={attempt.at} /> · {attempt.duration_ms} ms
        {attempt.error_class === null ? null : (
          <>
            {" "}
            · <code>{attempt.error_class}</code>
          </>
        )}
      </span>
      {attempt.answer === null ? (
        <span class="sub">
          {attempt.response_code === null ? "There was no answer." : "The answer had no body."}
        </span>
      ) : (
        <details>
          <summary>What it answered</summary>
          <pre class="sheet" tabindex={0}>
            {attempt.answer}
          </pre>
        </details>
      )}
    </li>
  );
}
