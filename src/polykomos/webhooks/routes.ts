import { type Endpoint, endpoint } from "../../http/mount.ts";
import type { Caller } from "../caller.ts";
import * as contract from "./contract.ts";
import * as service from "./service.ts";
import { viewDelivery, viewEndpoint, viewEvent } from "./view.ts";

function pageOf(query: { limit: number; starting_after?: number | undefined }): service.PageInput {
  return { limit: query.limit, startingAfter: query.starting_after ?? null };
}

/** The webhook endpoints and events endpoints. */
export function webhookEndpoints(deps: service.WebhookDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.listWebhookEndpoints, async ({ query }, caller: Caller) => {
      const { rows, hasMore } = await service.listEndpoints(deps, caller, {
        ...pageOf(query),
        teamId: query.team_id ?? null,
      });
      return { status: 200, body: { data: rows.map(viewEndpoint), has_more: hasMore } };
    }),

    endpoint(contract.createWebhookEndpoint, async ({ body }, caller: Caller) => {
      const { endpoint: made, secret } = await service.createEndpoint(deps, caller, {
        url: body.url,
        events: body.events,
        teamId: body.team_id ?? null,
      });
      const message = "The endpoint is created; keep the secret, it is shown once";
      return { status: 201, body: { message, data: viewEndpoint(made), secret } };
    }),

    endpoint(contract.revokeWebhookEndpoint, async ({ params }, caller: Caller) => {
      await service.revokeEndpoint(deps, caller, params.id);
      return { status: 200, body: { message: "The endpoint is revoked", data: { id: params.id } } };
    }),

    endpoint(contract.listWebhookDeliveries, async ({ params, query }, caller: Caller) => {
      const page = await service.listDeliveries(deps, caller, params.id, pageOf(query));
      return { status: 200, body: { data: page.rows.map(viewDelivery), has_more: page.hasMore } };
    }),

    endpoint(contract.createWebhookTestDelivery, async ({ params }, caller: Caller) => {
      const delivery = await service.sendTest(deps, caller, params.id);
      return { status: 200, body: { data: viewDelivery(delivery) } };
    }),

    endpoint(contract.rotateWebhookSecret, async ({ params }, caller: Caller) => {
      const { endpoint: changed, secret } = await service.rotateSecret(deps, caller, params.id);
      return { status: 200, body: { data: viewEndpoint(changed), secret } };
    }),

    endpoint(contract.enableWebhookEndpoint, async ({ params }, caller: Caller) => {
      const enabled = await service.enableEndpoint(deps, caller, params.id);
      const message = "The endpoint takes deliveries again";
      return { status: 200, body: { message, data: viewEndpoint(enabled) } };
    }),

    endpoint(contract.redeliverWebhook, async ({ params }, caller: Caller) => {
      const delivery = await service.redeliver(deps, caller, params.id, params.delivery_id);
      return { status: 200, body: { data: viewDelivery(delivery) } };
    }),

    endpoint(contract.listEvents, async ({ query }, caller: Caller) => {
      const { rows, hasMore } = await service.listEvents(deps, caller, pageOf(query));
      return { status: 200, body: { data: rows.map(viewEvent), has_more: hasMore } };
    }),
  ];
}
