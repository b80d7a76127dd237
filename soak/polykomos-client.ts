import { scopes } from "../src/polykomos/scopes.ts";
import { blueprintSql } from "./blueprint-steps.ts";
import type { Tenant } from "./database-model.ts";
import { ask, type Stage } from "./polykomos-stage.ts";
import { polykomosSteps } from "./polykomos-steps.ts";
import { type Random, randomOf } from "./random.ts";
import { asOperator, type Soak } from "./soak.ts";
import { takeSteps } from "./steps.ts";

/** A developer's program with a team of its own, which does one thing after another. */
const thinkMs = [80, 500] as const;

/** Makes a user with a key, an endpoint that is told everything, and a blueprint. */
export async function openTenant(
  soak: Soak,
  adminToken: string,
  name: string,
  receiverUrl: (path: string) => string,
  seed: number,
): Promise<Tenant> {
  const email = `${name}@example.com`;
  const user = await asOperator(soak, adminToken, "POST", "/users", { email, name });
  const { id, teams } = user.body.data;
  const controls = { requests_per_minute: 1_000_000 };
  const body = { name: "soak", permissions: scopes, controls };
  const key = await asOperator(soak, adminToken, "POST", `/users/${id}/keys`, body);
  const tenant: Tenant = {
    name,
    teamId: teams[0].id,
    key: key.body.api_key,
    databases: [],
    endpoints: [],
    blueprintUuid: "",
    shopUuid: "",
  };
  soak.secrets.set(tenant.key, `the Polykomos key of ${name}`);
  const stage = { soak, tenant, random: randomOf(seed, name, "opening") };
  const path = `/all/${name}`;
  const made = await ask(stage, "createWebhookEndpoint", "POST", "/webhook_endpoints", {
    body: { url: receiverUrl(path) },
  });
  const { data, secret } = made?.body ?? {};
  soak.secrets.set(secret, `a signing secret of ${name}`);
  tenant.endpoints.push({ id: data.id, path, secrets: [secret], isRevoked: false, asked: 0 });
  const blueprint = await ask(stage, "createBlueprint", "POST", "/blueprints", {
    body: {
      name: "Ledger entry",
      sql_content: blueprintSql,
      variables: { entry: { type: "string", required: true } },
    },
  });
  tenant.blueprintUuid = blueprint?.body.data.uuid;
  const list = await ask(stage, "listBlueprints", "GET", "/blueprints?limit=100");
  const blueprints: { slug: string; uuid: string }[] = list?.body.data;
  tenant.shopUuid = blueprints.find(({ slug }) => slug === "shop")?.uuid ?? "";
  return tenant;
}

/** Goes on until the load is over. */
export function runProgram(
  soak: Soak,
  tenant: Tenant,
  seed: number,
  engines: Stage["engines"],
  receiverUrl: Stage["receiverUrl"],
): Promise<void> {
  const stageOf = (random: Random, step: number): Stage => {
    return { soak, tenant, random, step, engines, receiverUrl };
  };
  return takeSteps(soak, { name: tenant.name, seed, steps: polykomosSteps, thinkMs, stageOf });
}
