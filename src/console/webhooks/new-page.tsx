import { eventTypes } from "../../polykomos/webhooks/event-types.ts";
import type { View } from "../area.ts";
import { ChoiceField, Form, FormActions, ProblemNote, TextField } from "../parts/form.tsx";
import { PageHead, Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { webhooksPath } from "./wire.ts";

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
        back={{ href: webhooksPath, name: "Webhooks" }}
      />
      <Panel title="Where messages go">
        <ProblemNote problem={problem} toldAt={["url"]} />
        <Form visit={visit} action={webhooksPath} label="New endpoint">
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
          <FormActions submit="Make the endpoint" leave={webhooksPath} />
        </Form>
      </Panel>
    </>
  );
  return { title: "New endpoint", main, status: problem?.status ?? 200 };
}
