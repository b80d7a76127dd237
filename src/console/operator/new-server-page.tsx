import type { View } from "../area.ts";
import { numberIn } from "../form-values.ts";
import {
  ChoiceField,
  Form,
  FormActions,
  ProblemNote,
  SelectField,
  TextField,
} from "../parts/form.tsx";
import { PageHead, Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { operatorPath } from "./wire.ts";

const bytesPerGb = 1024 ** 3;

/** Taking a server in. What was filled in stays after a problem, but for the password. */
export function newServerPage(visit: Visit, problem: Problem | null): View {
  const { form } = visit;
  const fields: FieldsProps = {
    problem,
    value: (name, otherwise = "") => form.get(name) ?? otherwise,
  };
  const isTls = visit.request.method === "GET" || form.has("tls");
  const main = (
    <>
      <PageHead
        title="New server"
        lead="It is connected to first, and closed to what a stock server leaves open; then databases are placed on it."
        back={{ href: operatorPath, name: "Operator" }}
      />
      <ProblemNote problem={problem} toldAt={toldAtFields} />
      <Form visit={visit} action={`${operatorPath}/servers`} label="New server">
        <WhatFields {...fields} />
        <WhereFields {...fields} isTls={isTls} />
        <CapacityFields {...fields} />
        <FormActions submit="Take it in" leave={operatorPath} />
      </Form>
    </>
  );
  return { title: "New server", main, status: problem?.status ?? 200 };
}

const toldAtFields = [
  ...["name", "engine", "region"],
  ...["host", "port", "advertised_host", "transport", "tls", "admin_user", "admin_password"],
  ...["max_databases", "max_connections", "max_bytes"],
];

type FieldsProps = {
  problem: Problem | null;
  /** What was typed into a field, and what stands there before. */
  value(name: string, otherwise?: string): string;
};

function WhatFields({ problem, value }: FieldsProps) {
  return (
    <Panel title="What it is">
      <TextField
        name="name"
        label="Name"
        hint="Lower-case letters, digits and hyphens. It cannot be changed later."
        value={value("name")}
        required
        maxlength={63}
        autofocus={!problem}
        mono
        problem={problem}
      />
      <ChoiceField
        name="engine"
        label="Engine"
        values={[value("engine", "postgres")]}
        choices={[
          { value: "postgres", name: "PostgreSQL" },
          { value: "mysql", name: "MySQL", hint: "MariaDB as well" },
        ]}
        problem={problem}
      />
      <TextField
        name="region"
        label="Region"
        hint="People choose a database's place by this word."
        value={value("region")}
        required
        maxlength={63}
        mono
        problem={problem}
      />
    </Panel>
  );
}

function WhereFields({ problem, value, isTls }: FieldsProps & { isTls: boolean }) {
  return (
    <Panel title="Where it is">
      <TextField
        name="host"
        label="Host"
        value={value("host")}
        required
        maxlength={253}
        mono
        problem={problem}
      />
      <TextField
        name="port"
        label="Port"
        type="number"
        min="1"
        max="65535"
        value={value("port", "5432")}
        required
        problem={problem}
      />
      <TextField
        name="advertised_host"
        label="Host in connection strings"
        hint="Empty takes the host above. {id} stands for the database's number."
        value={value("advertised_host")}
        maxlength={253}
        mono
        problem={problem}
      />
      <SelectField
        name="transport"
        label="How it is reached"
        value={value("transport")}
        choices={[
          { value: "", name: "As is usual for the engine" },
          { value: "neon", name: "Through Neon's proxy (PostgreSQL)" },
          { value: "tcp", name: "Over TCP" },
        ]}
        problem={problem}
      />
      <ChoiceField
        name="tls"
        label="Encryption"
        many
        values={isTls ? ["true"] : []}
        choices={[{ value: "true", name: "Only over TLS", hint: "Leave it off on loopback" }]}
        problem={problem}
      />
      <TextField
        name="admin_user"
        label="Login"
        hint="One that may make databases and logins."
        value={value("admin_user")}
        required
        maxlength={63}
        mono
        problem={problem}
      />
      <TextField
        name="admin_password"
        label="Password"
        type="password"
        autocomplete="new-password"
        hint="Kept sealed, and shown to nobody."
        required
        maxlength={200}
        problem={problem}
      />
    </Panel>
  );
}

function CapacityFields({ problem, value }: FieldsProps) {
  return (
    <Panel title="How much it takes" lead="What may be promised to databases. Empty: no limit.">
      <TextField
        name="max_databases"
        label="Databases"
        type="number"
        min="1"
        value={value("max_databases", "200")}
        problem={problem}
      />
      <TextField
        name="max_connections"
        label="Connections"
        type="number"
        min="1"
        value={value("max_connections")}
        problem={problem}
      />
      <TextField
        name="max_gb"
        field="max_bytes"
        label="Storage, GB"
        type="number"
        min="1"
        value={value("max_gb")}
        problem={problem}
      />
    </Panel>
  );
}

/** The body of `adminCreateServer`: what was left empty is not sent, or is no limit. */
export function serverBodyOf(form: URLSearchParams): Record<string, unknown> {
  const text = (name: string) => form.get(name) ?? "";
  const gigabytes = numberIn(form, "max_gb");
  return {
    name: text("name"),
    engine: text("engine"),
    region: text("region"),
    host: text("host"),
    port: numberIn(form, "port"),
    advertised_host: text("advertised_host") || undefined,
    transport: text("transport") || undefined,
    tls: form.has("tls"),
    admin_user: text("admin_user"),
    admin_password: text("admin_password"),
    max_databases: numberIn(form, "max_databases"),
    max_connections: numberIn(form, "max_connections"),
    max_bytes: typeof gigabytes === "number" ? gigabytes * bytesPerGb : gigabytes,
  };
}
