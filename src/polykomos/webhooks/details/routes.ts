import { type Endpoint, endpoint } from "../../../http/mount.ts";
import type { Caller } from "../../caller.ts";
import { getEndpoint } from "../service.ts";
import { viewEndpoint } from "../view.ts";
import { getWebhookDelivery, getWebhookEndpoint } from "./contract.ts";
import { getDelivery, type WebhookDetailsDeps } from "./service.ts";
import { viewDeliveryDetails } from "./view.ts";

/** The endpoints that read one webhook endpoint and one delivery. */
export function webhookDetailsEndpoints(deps: WebhookDetailsDeps): Endpoint<Caller>[] {
  return [
    endpoint(getWebhookEndpoint, async ({ params }, caller: Caller) => {
      const found = await getEndpoint(deps, caller, params.id);
      return { status: 200, body: { data: viewEndpoint(found) } };
    }),

    endpoint(getWebhookDelivery, async ({ params }, caller: Caller) => {
      const found = await getDelivery(deps, caller, params.id, params.delivery_id);
      return { status: 200, body: { data: viewDeliveryDetails(found) } };
    }),
  ];
}
