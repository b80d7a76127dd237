import type { Store } from "../../../db/client.ts";
import type { Caller } from "../../caller.ts";
import { notFound } from "../../dialect.ts";
import { type EndpointRow, findEndpoint } from "../store.ts";
import { type DeliveryDetailsRow, findDeliveryDetails } from "./store.ts";

/** Reading one endpoint and one delivery. */
export type WebhookDetailsDeps = { store: Store };

export async function getEndpoint(
  deps: WebhookDetailsDeps,
  caller: Caller,
  id: number,
): Promise<EndpointRow> {
  const found = await findEndpoint(deps.store, caller.userId, id);
  if (!found) throw notFound("endpoint");
  return found;
}

export async function getDelivery(
  deps: WebhookDetailsDeps,
  caller: Caller,
  endpointId: number,
  id: number,
): Promise<DeliveryDetailsRow> {
  const found = await findDeliveryDetails(deps.store, caller.userId, endpointId, id);
  if (!found) throw notFound("delivery");
  return found;
}
