import * as webhooks from "../../polykomos/webhooks/contract.ts";
import {
  getWebhookDelivery,
  getWebhookEndpoint,
} from "../../polykomos/webhooks/details/contract.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { attempt, type Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { deliveryPage } from "./delivery-page.tsx";
import { endpointPage, revokePage } from "./endpoint-page.tsx";
import { listPage } from "./list-page.tsx";
import { newPage, secretPage } from "./new-page.tsx";
import type { DeliveryDetailsView, DeliveryView, EndpointView } from "./wire.ts";

/** Webhooks: endpoints, what was sent to them and what they answered. */
const endpointsPerPage = "50";
const deliveriesPerPage = "25";

export function webhooksArea(): Area {
  return {
    nav: { href: "/console/webhooks", name: "Webhooks", icon: "webhooks" },
    done: {
      endpoint_enabled: "The endpoint is enabled: it is sent what happens from now on.",
      endpoint_revoked: "The endpoint is revoked: nothing is sent to it any more.",
      redelivered: "It is sent again, with the same message id.",
    },
    routes: [
      get("/webhooks", list),
      post("/webhooks", create),
      get("/webhooks/new", async (visit) => newPage(visit, null)),
      get("/webhooks/:id", async (visit) => await endpointView(visit, null)),
      post("/webhooks/:id/test", test),
      post("/webhooks/:id/rotate", rotate),
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

function placeOf({ params }: Visit): string {
  return `/console/webhooks/${params.id}`;
}

async function endpointOf(visit: Visit): Promise<EndpointView> {
  const params = idOf(visit);
  return (await visit.ask<{ data: EndpointView }>(getWebhookEndpoint, { params })).body.data;
}

async function list(visit: Visit): Promise<View> {
  const { session, url } = visit;
  const team = session.team === null ? {} : { team_id: String(session.team.id) };
  const after = url.searchParams.get("after") ?? undefined;
  const { body } = await visit.ask<{ data: EndpointView[]; has_more: boolean }>(
    webhooks.listWebhookEndpoints,
    { query: { ...team, limit: endpointsPerPage, starting_after: after } },
  );
  return listPage({
    teamName: session.team?.name ?? "your team",
    endpoints: body.data,
    older: body.has_more ? `/console/webhooks?after=${body.data.at(-1)?.id}` : null,
  });
}

async function create(visit: Visit): Promise<View> {
  const { form, session } = visit;
  const body = {
    url: (form.get("url") ?? "").trim(),
    events: form.getAll("events"),
    ...(session.team === null ? {} : { team_id: session.team.id }),
  };
  const made = await attempt(
    visit.ask<{ data: EndpointView; secret: string }>(webhooks.createWebhookEndpoint, { body }),
  );
  if (!made.ok) return newPage(visit, made.problem);
  return secretPage(made.value.body.data, made.value.body.secret, false);
}

async function endpointView(visit: Visit, problem: Problem | null): Promise<View> {
  const after = visit.url.searchParams.get("after") ?? undefined;
  const [endpoint, { body }] = await Promise.all([
    endpointOf(visit),
    visit.ask<{ data: DeliveryView[]; has_more: boolean }>(webhooks.listWebhookDeliveries, {
      params: idOf(visit),
      query: { limit: deliveriesPerPage, starting_after: after },
    }),
  ]);
  return endpointPage(visit, {
    endpoint,
    deliveries: body.data,
    isOlder: after !== undefined,
    older: body.has_more ? `${placeOf(visit)}?after=${body.data.at(-1)?.id}` : null,
    problem,
  });
}

/** Sends one now; the page of the delivery tells what came of it. */
async function test(visit: Visit): Promise<View | Response> {
  const sent = await attempt(
    visit.ask<{ data: DeliveryView }>(webhooks.createWebhookTestDelivery, { params: idOf(visit) }),
  );
  if (!sent.ok) return await endpointView(visit, sent.problem);
  return seeOther(`${placeOf(visit)}/deliveries/${sent.value.body.data.id}`);
}

async function rotate(visit: Visit): Promise<View> {
  const rotated = await attempt(
    visit.ask<{ data: EndpointView; secret: string }>(webhooks.rotateWebhookSecret, {
      params: idOf(visit),
    }),
  );
  if (!rotated.ok) return await endpointView(visit, rotated.problem);
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
  return seeOther(`${placeOf(visit)}/deliveries/${sent.value.body.data.id}`, "redelivered");
}
