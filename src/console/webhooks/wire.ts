import type { z } from "zod";
import type { webhookDelivery, webhookEndpoint } from "../../polykomos/webhooks/contract.ts";
import type { webhookDeliveryDetails } from "../../polykomos/webhooks/details/contract.ts";

/** The answers of the API that these pages show. */
export type EndpointView = z.input<typeof webhookEndpoint>;
export type DeliveryView = z.input<typeof webhookDelivery>;
export type DeliveryDetailsView = z.input<typeof webhookDeliveryDetails>;
export type AttemptView = DeliveryDetailsView["attempts"][number];

export const webhooksPath = "/console/webhooks";

export function endpointPath(id: string | number): string {
  return `${webhooksPath}/${id}`;
}

export function deliveryPath(endpointId: string | number, id: string | number): string {
  return `${endpointPath(endpointId)}/deliveries/${id}`;
}
