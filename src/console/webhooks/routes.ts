import { dayMs } from "../../lib/clock.ts";
import * as webhooks from "../../polykomos/webhooks/contract.ts";
import {
  getWebhookDelivery,
  getWebhookEndpoint,
} from "../../polykomos/webhooks/details/contract.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { afterOf, type Listed, olderHref } from "../lists.ts";
import { attempt, type Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { deliveryPage } from "./delivery-page.tsx";
import { endpointPage } from "./endpoint-page.tsx";
import { listPage } from "./list-page.tsx";
import { newPage } from "./new-page.tsx";
import { revokePage } from "./revoke-page.tsx";
import { secretPage } from "./secret-page.tsx";
import {
  type DeliveryDetailsView,
  type DeliveryView,
  deliveryPath,
  type EndpointView,
  endpointPath,
  webhooksPath,
} from "./wire.ts";

const endpointsPerPage = 50;
const deliveriesPerPage = 25;

export type WebhookDeps = {
  /** How long events and deliveries are kept. */
  eventsKeptMs: number;
};

/** Webhooks: endpoints, what was sent to them and what they answered. */
export function webhooksArea(deps: WebhookDeps): Area {
  return {
    nav: { href: webhooksPath, name: "Webhooks", icon: "webhooks" },
    done: {
      endpoint_enabled: "The endpoint is enabled: it is sent what happens from now on.",
      endpoint_revoked: "The endpoint is revoked: nothing is sent to it any more.",
      redelivered: "It is sent again, with the same message id.",
    },
    routes: [
      get("/webhooks", list),
      post("/webhooks", create),
      get("/webhooks/new", async (visit) => newPage(visit, null)),
      get("/webhooks/:id", async (visit) => await endpointView(deps, visit, null)),
      post("/webhooks/:id/test", async (visit) => await test(deps, visit)),
      post("/webhooks/:id/rotate", async (visit) => await rotate(deps, visit)),
      post("/webhooks/:id/enable", async (visit) => {
        await visit.ask(webhooks.enableWebhookEndpoint, { params: idOf(visit) });
        return seeOther(placeOf(visit), "endpoint_enabled");
      }),
      get("/webhooks/:id/revoke", async (visit) => revokePage(visit, await endpointOf(visit))),
      post("/webhooks/:id/revoke", async (visit) => {
        await visit.ask(webhooks.revokeWebhookEndpoint, { params: idOf(visit) });
        return seeOther(placeOf(visit), "endpoint_revoked");
      }),
      get("/webhooks/:id/deliveries/:delivery_id", async (visit) => {
        return await deliveryView(visit, null);
      }),
      post("/webhooks/:id/deliveries/:delivery_id/redeliver", redeliver),
    ],
  };
}

function idOf({ params }: Visit): { id: string } {
  return { id: params.id ?? "" };
}

function deliveryOf(visit: Visit): { id: string; delivery_id: string } {
  return { ...idOf(visit), delivery_id: visit.params.delivery_id ?? "" };
}

function placeOf(visit: Visit): string {
  return endpointPath(idOf(visit).id);
}

async function endpointOf(visit: Visit): Promise<EndpointView> {
  const params = idOf(visit);
  return (await visit.ask<{ data: EndpointView }>(getWebhookEndpoint, { params })).body.data;
}

async function list(visit: Visit): Promise<View> {
  const { body } = await visit.ask<Listed<EndpointView>>(webhooks.listWebhookEndpoints, {
    query: {
      team_id: visit.session.team?.id,
      limit: endpointsPerPage,
      starting_after: afterOf(visit),
    },
  });
  return listPage(
    visit,
    body.data,
    olderHref(webhooksPath, body, ({ id }) => id),
  );
}

async function create(visit: Visit): Promise<View> {
  const { form, session } = visit;
  const body = {
    url: (form.get("url") ?? "").trim(),
    events: form.getAll("events"),
    team_id: session.team?.id,
  };
  const made = await attempt(
    visit.ask<{ data: EndpointView; secret: string }>(webhooks.createWebhookEndpoint, { body }),
  );
  if (!made.ok) return newPage(visit, made.problem);
  return secretPage(made.value.body.data, made.value.body.secret, false);
}

async function endpointView(
  { eventsKeptMs }: WebhookDeps,
  visit: Visit,
  problem: Problem | null,
): Promise<View> {
  const after = afterOf(visit);
  const [endpoint, { body }] = await Promise.all([
    endpointOf(visit),
    visit.ask<Listed<DeliveryView>>(webhooks.listWebhookDeliveries, {
      params: idOf(visit),
      query: { limit: deliveriesPerPage, starting_after: after },
    }),
  ]);
  return endpointPage(visit, {
    endpoint,
    deliveries: body.data,
    keptDays: eventsKeptMs / dayMs,
    isOlder: after !== undefined,
    older: olderHref(placeOf(visit), body, ({ id }) => id),
    problem,
  });
}

/** Sends one now; the page of the delivery tells what came of it. */
async function test(deps: WebhookDeps, visit: Visit): Promise<View | Response> {
  const sent = await attempt(
    visit.ask<{ data: DeliveryView }>(webhooks.createWebhookTestDelivery, { params: idOf(visit) }),
  );
  if (!sent.ok) return await endpointView(deps, visit, sent.problem);
  return seeOther(deliveryPath(idOf(visit).id, sent.value.body.data.id));
}

async function rotate(deps: WebhookDeps, visit: Visit): Promise<View> {
  const rotated = await attempt(
    visit.ask<{ data: EndpointView; secret: string }>(webhooks.rotateWebhookSecret, {
      params: idOf(visit),
    }),
  );
  if (!rotated.ok) return await endpointView(deps, visit, rotated.problem);
  return secretPage(rotated.value.body.data, rotated.value.body.secret, true);
}

async function deliveryView(visit: Visit, problem: Problem | null): Promise<View> {
  const [endpoint, { body }] = await Promise.all([
    endpointOf(visit),
    visit.ask<{ data: DeliveryDetailsView }>(getWebhookDelivery, { params: deliveryOf(visit) }),
  ]);
  return deliveryPage(visit, { endpoint, delivery: body.data, problem });
}

async function redeliver(visit: Visit): Promise<View | Response> {
  const sent = await attempt(
    visit.ask<{ data: DeliveryView }>(webhooks.redeliverWebhook, { params: deliveryOf(visit) }),
  );
  if (!sent.ok) return await deliveryView(visit, sent.problem);
  return seeOther(deliveryPath(idOf(visit).id, sent.value.body.data.id), "redelivered");
}
