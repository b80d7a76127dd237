import { dayMs } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import { judgeUrl } from "../../lib/public-url.ts";
import { actOf, type Caller } from "../caller.ts";
import { fault, invalidField, notFound, unknownCursor } from "../dialect.ts";
import { madeOnce } from "../second-run.ts";
import * as asked from "./asked-store.ts";
import { signingSecretContext } from "./attempt.ts";
import { type DeliverDeps, deliverHeld, leaseEnd } from "./deliver.ts";
import { readHeldDelivery } from "./delivery-store.ts";
import { newSigningSecret } from "./signature.ts";
import * as store from "./store.ts";

/** The verbs of webhook endpoints, their deliveries and the events they tell of. */
export type WebhookDeps = DeliverDeps & {
  /** Lets work go on when the client has gone. */
  background(work: Promise<unknown>): void;
};

const endpointsPerTeamMax = 100;
const oldSecretSignsMs = dayMs;

async function checkUrl(deps: WebhookDeps, caller: Caller, url: string): Promise<void> {
  const { allowLoopback, ownHosts } = deps.urlRules;
  const here = new URL(caller.origin).hostname;
  const verdict = judgeUrl(url, { allowLoopback, ownHosts: [...ownHosts, here] });
  if (verdict.kind === "refused") throw invalidField("url", verdict.reason);
  if (verdict.kind === "allowed") return;
  const resolution = await deps.resolve(verdict.name);
  switch (resolution.kind) {
    case "public":
      return;
    case "not_public":
      throw invalidField("url", "must not resolve to a private or reserved address");
    case "no_such_name":
      throw invalidField("url", "has a host name that does not resolve");
    case "failed":
      throw fault("unavailable", "The URL's host name could not be resolved now", undefined, {
        "retry-after": "5",
      });
  }
}

/** Creates an endpoint; its signing secret is given once. */
export async function createEndpoint(
  deps: WebhookDeps,
  caller: Caller,
  input: { url: string; events: readonly string[]; teamId: number | null },
): Promise<{ endpoint: store.EndpointRow; secret: string }> {
  await checkUrl(deps, caller, input.url);
  const uid = newUuid();
  const secret = newSigningSecret();
  const secretSealed = await deps.sealer.seal(secret, signingSecretContext(uid));
  const { requestKey } = caller;
  const events = [...new Set(input.events)];
  return await madeOnce(
    caller,
    store.endpointRequestKeyIndex,
    async () => {
      const made = await store.insertEndpoint(
        deps.store,
        { ...input, uid, events, secretSealed, requestKey, perTeamMax: endpointsPerTeamMax },
        actOf(deps, caller),
      );
      if (made === "no_team") throw notFound("team");
      if (made === "too_many") {
        throw fault("conflict", `A team has at most ${endpointsPerTeamMax} webhook endpoints`);
      }
      return { endpoint: made, secret };
    },
    async (key) => {
      const known = await store.findEndpointByRequestKey(deps.store, caller.userId, key);
      return known && { endpoint: known, secret: await secretOf(deps, known) };
    },
  );
}

export type PageInput = { limit: number; startingAfter: number | null };

export async function listEndpoints(
  deps: WebhookDeps,
  caller: Caller,
  page: PageInput & { teamId: number | null },
) {
  const { limit, startingAfter, teamId } = page;
  const found = await store.listEndpoints(deps.store, caller.userId, teamId, limit, startingAfter);
  if (!found) throw unknownCursor("the id of one of your webhook endpoints");
  return found;
}

/** An endpoint of the user's teams, revoked or not. */
export async function getEndpoint(
  deps: Pick<WebhookDeps, "store">,
  caller: Caller,
  id: number,
): Promise<store.EndpointRow> {
  const found = await store.findEndpoint(deps.store, caller.userId, id);
  if (!found) throw notFound("endpoint");
  return found;
}

export async function revokeEndpoint(deps: WebhookDeps, caller: Caller, id: number): Promise<void> {
  if (await store.revokeEndpoint(deps.store, id, actOf(deps, caller))) return;
  // Revoking twice is not an error: what was asked for is so.
  await getEndpoint(deps, caller, id);
}

export async function listDeliveries(
  deps: WebhookDeps,
  caller: Caller,
  id: number,
  page: PageInput,
) {
  const { limit, startingAfter } = page;
  await getEndpoint(deps, caller, id);
  const found = await store.listDeliveries(deps.store, caller.userId, id, limit, startingAfter);
  if (!found) throw unknownCursor("the id of a delivery of this endpoint");
  return found;
}

/** The delivery that `insert` makes for the caller's request, or that an earlier run of it made. */
function deliveryOnce<Made>(
  deps: WebhookDeps,
  caller: Caller,
  endpointId: number,
  insert: () => Promise<Made>,
): Promise<Made | number> {
  return madeOnce(caller, asked.deliveryRequestKeyIndex, insert, (key) =>
    asked.findDeliveryByRequestKey(deps.store, endpointId, key),
  );
}

/**
 * Sends a test event, once, and answers with what came of it. A second run of the request sends
 * nothing: what the first left unsent goes out as any delivery does.
 */
export async function sendTest(
  deps: WebhookDeps,
  caller: Caller,
  id: number,
): Promise<store.DeliveryRow> {
  const token = newUuid();
  const lease = { token, until: leaseEnd(deps) };
  const act = actOf(deps, caller);
  const deliveryId = await deliveryOnce(deps, caller, id, () =>
    asked.insertTestDelivery(deps.store, id, lease, caller.requestKey, act),
  );
  if (deliveryId === null) throw notFound("endpoint");
  const now = new Date(deps.clock());
  const held = await readHeldDelivery(deps.store, deliveryId, token, now);
  if (held) {
    const sending = deliverHeld(deps, [held], token, deps.clock());
    deps.background(sending);
    await sending;
  }
  return await readDelivery(deps, caller, id, deliveryId);
}

async function readDelivery(
  deps: WebhookDeps,
  caller: Caller,
  endpointId: number,
  id: number,
): Promise<store.DeliveryRow> {
  const delivery = await store.findDelivery(deps.store, caller.userId, endpointId, id);
  if (!delivery) throw notFound("delivery");
  return delivery;
}

export async function redeliver(
  deps: WebhookDeps,
  caller: Caller,
  endpointId: number,
  deliveryId: number,
): Promise<store.DeliveryRow> {
  const act = actOf(deps, caller);
  const id = await deliveryOnce(deps, caller, endpointId, () =>
    asked.insertRedelivery(deps.store, endpointId, deliveryId, caller.requestKey, act),
  );
  if (id === "no_delivery") throw notFound("delivery of a live endpoint");
  if (id === "disabled") throw fault("conflict", "The endpoint is disabled; enable it first");
  return await readDelivery(deps, caller, endpointId, id);
}

export async function rotateSecret(
  deps: WebhookDeps,
  caller: Caller,
  id: number,
): Promise<{ endpoint: store.EndpointRow; secret: string }> {
  const current = await getEndpoint(deps, caller, id);
  if (current.revokedAt !== null) throw notFound("endpoint");
  const context = signingSecretContext(current.uid);
  const next = {
    secretSealed: await deps.sealer.seal(newSigningSecret(), context),
    previousUntil: new Date(deps.clock() + oldSecretSignsMs),
    requestKey: caller.requestKey,
  };
  const endpoint = await store.replaceSecret(deps.store, id, next, actOf(deps, caller));
  if (!endpoint) throw notFound("endpoint");
  return { endpoint, secret: await secretOf(deps, endpoint) };
}

async function secretOf(deps: WebhookDeps, endpoint: store.EndpointRow): Promise<string> {
  return await deps.sealer.open(endpoint.secretSealed, signingSecretContext(endpoint.uid));
}

export async function enableEndpoint(
  deps: WebhookDeps,
  caller: Caller,
  id: number,
): Promise<store.EndpointRow> {
  const endpoint = await store.enableEndpoint(deps.store, id, actOf(deps, caller));
  if (!endpoint) throw notFound("endpoint");
  return endpoint;
}

export async function listEvents(deps: WebhookDeps, caller: Caller, page: PageInput) {
  const { userId } = caller;
  const found = await store.listEvents(deps.store, userId, page.limit, page.startingAfter);
  if (!found) throw unknownCursor("the id of an event of your teams");
  return found;
}
