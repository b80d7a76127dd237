import { eventTypes } from "../../polykomos/webhooks/event-types.ts";
import type { View } from "../area.ts";
import { ChoiceField, Form, ProblemNote, TextField } from "../parts/form.tsx";
import { Copyable, Note, PageHead, Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import type { EndpointView } from "./wire.ts";

const eventWords: Record<(typeof eventTypes)[number], string> = {
  "database.provisioning": "A create has begun",
  "database.provisioned": "A database is ready",
  "database.provision_failed": "A create was given up",
  "database.updated": "Name or quotas were changed",
  "database.quota_warning": "Its storage crossed a level",
  "database.quota_exceeded": "Its storage is over the limit",
  "database.expiring": "It deletes itself within a day",
  "database.deleted": "It was deleted",
  "database.destroyed": "Its data is gone",
  "blueprint_application.completed": "A blueprint was applied",
  "blueprint_application.failed": "Applying a blueprint failed",
  "blueprint_application.rolled_back": "It failed and left nothing",
  "webhook_endpoint.disabled": "Another endpoint was switched off",
  "webhook.test": "You asked for a test",
};

export function newPage(visit: Visit, problem: Problem | null): View {
  const { form } = visit;
  const isAtEvents = problem?.field?.startsWith("events") ?? false;
  const main = (
    <>
      <PageHead
        title="New endpoint"
        lead={`It is told of what happens in ${visit.session.team?.name ?? "your team"}.`}
        back={{ href: "/console/webhooks", name: "Webhooks" }}
      />
      <Panel title="Where messages go">
        {problem && problem.field !== "url" ? <ProblemNote problem={problem} /> : null}
        <Form visit={visit} action="/console/webhooks" label="New endpoint">
          <TextField
            name="url"
            label="Address"
            hint="https, and reachable from the internet. Redirects are not followed."
            placeholder="https://your-app.com/webhooks/polykomos"
            value={form.get("url") ?? ""}
            required
            maxlength={2048}
            autofocus
            mono
            problem={problem}
          />
          <details class="more-fields" open={form.has("events") || isAtEvents}>
            <summary>Only some events</summary>
            <ChoiceField
              name="events"
              label="Events"
              hint="Nothing chosen: all of them, those of later too."
              many
              values={form.getAll("events")}
              choices={eventTypes.map((type) => ({
                value: type,
                name: type,
                hint: eventWords[type],
              }))}
            />
          </details>
          <div class="actions">
            <button type="submit">Make the endpoint</button>
            <a class="button quiet" href="/console/webhooks">
              Cancel
            </a>
          </div>
        </Form>
      </Panel>
    </>
  );
  return { title: "New endpoint", main, status: problem?.status ?? 200 };
}

/** The only page that ever has the secret in it: after making the endpoint, and after a rotation. */
export function secretPage(endpoint: EndpointView, secret: string, isRotated: boolean): View {
  const place = `/console/webhooks/${endpoint.id}`;
  const title = isRotated ? "The new secret" : "The endpoint is made";
  const check = [
    `import { Webhook } from "standardwebhooks"; // npm install standardwebhooks`,
    "",
    "// rawBody: the request's bytes as they came, before any JSON is read",
    `const message = new Webhook(process.env.WEBHOOK_SECRET).verify(rawBody, headers);`,
  ].join("\n");
  const main = (
    <>
      <PageHead title={title} lead={endpoint.url} back={{ href: place, name: "The endpoint" }} />
      <Note kind="warn">
        Copy it now: it is not shown again.{" "}
        {isRotated ? "For 24 hours messages are signed with the earlier one too." : null}
      </Note>
      <Panel title="Signing secret" lead="Your server checks with it that a message is from us.">
        <Copyable id="webhook-secret" text={secret} label="secret" />
      </Panel>
      <Panel title="How to check a message">
        <Copyable id="webhook-check" text={check} label="code" />
      </Panel>
      <a class="button" href={place}>
        {isRotated ? "I have copied it" : "Copied: send a test"}
      </a>
    </>
  );
  return { title, main };
}
