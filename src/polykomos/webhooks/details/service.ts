import type { Store } from "../../../db/client.ts";
import type { Caller } from "../../caller.ts";
import { notFound } from "../../dialect.ts";
import { type DeliveryDetailsRow, findDeliveryDetails } from "./store.ts";

/** Reading one delivery with all that is known of it. */
export type WebhookDetailsDeps = { store: Store };

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
