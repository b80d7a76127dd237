import * as keys from "../../polykomos/keys/contract.ts";
import type { KeyView } from "../../polykomos/keys/schemas.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { numberIn } from "../form-values.ts";
import { attempt } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { listPage } from "./list-page.tsx";
import { madePage } from "./made-page.tsx";
import { newPage } from "./new-page.tsx";

/** API keys: made with scopes and limits, shown once, revoked. */
export function keysArea(): Area {
  return {
    nav: { href: "/console/keys", name: "API keys", icon: "keys" },
    done: { key_revoked: "The key is revoked: it is refused from now on." },
    routes: [
      get("/keys", async (visit) => {
        const { body } = await visit.ask<{ data: KeyView[] }>(keys.listKeys);
        return listPage(visit, body.data);
      }),
      get("/keys/new", async (visit) => newPage(visit, null)),
      post("/keys", create),
      post("/keys/:id/revoke", async (visit) => {
        await visit.ask(keys.revokeKey, { params: { key_id: visit.params.id ?? "" } });
        return seeOther("/console/keys", "key_revoked");
      }),
    ],
  };
}

async function create(visit: Visit): Promise<View> {
  const { form } = visit;
  const name = form.get("name") ?? "";
  const body = { name, permissions: form.getAll("permissions"), controls: controlsOf(form) };
  const made = await attempt(visit.ask<{ api_key: string }>(keys.createKey, { body }));
  return made.ok ? madePage(visit, name, made.value.body.api_key) : newPage(visit, made.problem);
}

/** Only what was filled in. */
function controlsOf(form: URLSearchParams): Record<string, unknown> {
  const addresses = (form.get("allowed_ip_list") ?? "").split(/[\s,]+/).filter(Boolean);
  return {
    requests_per_minute: numberIn(form, "requests_per_minute") ?? undefined,
    monthly_quota: numberIn(form, "monthly_quota") ?? undefined,
    inactive_ttl_days: numberIn(form, "inactive_ttl_days") ?? undefined,
    allowed_ip_list: addresses.length > 0 ? addresses : undefined,
  };
}
