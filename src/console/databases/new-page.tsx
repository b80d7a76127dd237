import type { View } from "../area.ts";
import {
  ChoiceField,
  Form,
  FormActions,
  ProblemNote,
  SelectField,
  TextField,
} from "../parts/form.tsx";
import { PageHead, Panel } from "../parts/page.tsx";
import { engineName } from "../parts/text.ts";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { databasesPath, type PlanView, type TypeView } from "./wire.ts";

/** How long a database may live, in seconds from now. */
export const lives = [
  { value: "", name: "Until it is deleted" },
  { value: "3600", name: "An hour" },
  { value: "86400", name: "A day" },
  { value: "604800", name: "A week" },
  { value: "2592000", name: "Thirty days" },
] as const;

export function newPage(
  visit: Visit,
  shown: { types: readonly TypeView[]; plans: readonly PlanView[]; problem?: Problem },
): View {
  const { form } = visit;
  const { types, plans, problem } = shown;
  const value = (name: string, otherwise = "") => form.get(name) ?? otherwise;
  const regions = [...new Set(types.flatMap((type) => type.regions.map(({ code }) => code)))];
  const engines = types.filter((type) => type.is_available);
  const main = (
    <>
      <PageHead
        title="New database"
        lead={`It will belong to ${visit.session.team?.name ?? "your team"}.`}
        back={{ href: databasesPath, name: "Databases" }}
      />
      <Panel title="What it is">
        <ProblemNote
          problem={problem}
          toldAt={["name", "db_type", "region", "plan", "ttl_seconds"]}
        />
        <Form visit={visit} action={databasesPath} label="New database">
          <TextField
            name="name"
            label="Name"
            hint="Lower-case letters, digits and hyphens. It can be changed later."
            value={value("name")}
            required
            maxlength={63}
            autofocus={!problem}
            mono
            problem={problem}
          />
          <ChoiceField
            name="db_type"
            label="Engine"
            values={[value("db_type", engines[0]?.value ?? "postgres")]}
            choices={types.map((type) => ({
              value: type.value,
              name: engineName(type.value),
              disabled: !type.is_available,
              hint: type.is_available ? engineHint(type.value) : "Not offered here",
            }))}
            problem={problem}
          />
          <SelectField
            name="region"
            label="Region"
            value={value("region")}
            choices={[
              { value: "", name: "Wherever there is room" },
              ...regions.map((region) => ({ value: region, name: region })),
            ]}
            problem={problem}
          />
          <ChoiceField
            name="plan"
            label="Plan"
            values={[value("plan", "free")]}
            choices={plans.map((plan) => ({
              value: plan.name,
              name: plan.name,
              hint: `${plan.storage_gb_max} GB, ${plan.connections_max} connections`,
            }))}
            problem={problem}
          />
          <SelectField
            name="ttl_seconds"
            label="How long it lives"
            hint="A database for a test or a preview can delete itself."
            value={value("ttl_seconds")}
            choices={lives}
            problem={problem}
          />
          <FormActions submit="Make it" leave={databasesPath} />
        </Form>
      </Panel>
    </>
  );
  return { title: "New database", main, status: problem?.status ?? 200 };
}

function engineHint(engine: string): string {
  return engine === "mysql" ? "For WordPress, Laravel and the like" : "The one to take when unsure";
}
