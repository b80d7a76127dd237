import type { Store } from "../../db/client.ts";
import { dayMs, pause, secondMs } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import type { InFlight } from "../../lib/in-flight.ts";
import { failingPaceSeconds } from "../events.ts";
import { type AttemptDeps, attemptOnce } from "./attempt.ts";
import { recordAttempts } from "./attempt-store.ts";
import { type Lease, type TakenDelivery, takeDeliveries } from "./delivery-store.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

/**
 * Sends deliveries. A refused or failing receiver is an outcome to record, never an error; whoever
 * dies between the lease and the record leaves a lease that runs out, and the attempt is made again.
 */
export type DeliverDeps = AttemptDeps & {
  store: Store;
  retrySeconds: readonly number[];
  /** Tells the queue. A lost message is found by the sweep. */
  announceDeliveries(ids: readonly number[], delaySeconds?: number): Promise<void>;
  /** Bounds the deliverers that this isolate runs at once. */
  deliveriesInFlight: InFlight;
};

/** Deliveries of one message, and under way in one deliverer: an invocation has six connections. */
export const togetherMax = 5;
/** The platform ends what runs on for longer after its handler. */
const backgroundSeconds = 30;
/** For looking up the name before an attempt and writing the record after it. */
const aroundAttemptSeconds = 7;
/** Beyond the longest attempt, so that only a dead deliverer loses its lease. */
const leaseMarginSeconds = 20;
/** A moment for others to end too, so that one record serves several. */
const gatherMs = 10;
const disableAfterMs = 5 * dayMs;
/** The longest delay a queue takes; what waits longer is found by the sweep. */
const queueDelaySecondsMax = 12 * 3_600;

/** When a lease that is taken now runs out. */
export function leaseEnd(deps: Pick<DeliverDeps, "clock" | "timeoutSeconds">): Date {
  return new Date(deps.clock() + (deps.timeoutSeconds + leaseMarginSeconds) * secondMs);
}

/**
 * Takes and sends those of the given deliveries that are due, and goes on for a while with what
 * waits for the same endpoints. Returns when all that it took is recorded.
 */
export async function deliver(deps: DeliverDeps, ids: readonly number[]): Promise<void> {
  const lease = { token: newUuid(), until: leaseEnd(deps) };
  const taken = await takeDeliveries(deps.store, ids, lease, new Date(deps.clock()));
  const goesOnSeconds = backgroundSeconds - aroundAttemptSeconds - deps.timeoutSeconds;
  await deliverHeld(deps, taken, lease.token, deps.clock() + goesOnSeconds * secondMs);
}

/**
 * Sends deliveries whose leases the caller holds. Whatever has ended while the last record was
 * written goes into the next, so a slow receiver holds up nothing and a quick one costs little.
 */
export async function deliverHeld(
  deps: DeliverDeps,
  held: readonly TakenDelivery[],
  leaseToken: string,
  goesOnUntilMs: number,
): Promise<void> {
  const ended: Outcome[] = [];
  const underWay = new Set<Promise<void>>();
  function begin(delivery: TakenDelivery): void {
    const attempt = attemptAndJudge(deps, delivery).then((outcome) => {
      ended.push(outcome);
      underWay.delete(attempt);
    });
    underWay.add(attempt);
  }
  for (const delivery of held) begin(delivery);
  while (underWay.size > 0 || ended.length > 0) {
    if (ended.length === 0) await Promise.race(underWay);
    if (underWay.size > 0) await Promise.race([Promise.all(underWay), pause(gatherMs)]);
    const outcomes = ended.splice(0);
    const nowMs = deps.clock();
    const lease: Lease | null =
      nowMs < goesOnUntilMs ? { token: leaseToken, until: leaseEnd(deps) } : null;
    const recorded = await recordAttempts(
      deps.store,
      leaseToken,
      outcomes,
      { count: Math.max(0, togetherMax - underWay.size - ended.length), lease },
      new Date(nowMs - disableAfterMs),
      new Date(nowMs),
    );
    for (const delivery of recorded.next) begin(delivery);
    await announceLater(deps, outcomes, nowMs);
    await deps.announceDeliveries(recorded.waiting);
    await deps.announceDeliveries(recorded.slow, failingPaceSeconds);
  }
}

async function attemptAndJudge(deps: DeliverDeps, delivery: TakenDelivery): Promise<Outcome> {
  const { id, endpointId, attemptCount } = delivery;
  const isTest = delivery.event.type === "webhook.test";
  const startedAtMs = deps.clock();
  const attempt = await attemptOnce(deps, delivery);
  const endedAtMs = deps.clock();
  const attempted = { id, endpointId, attemptCount, isTest, startedAtMs, endedAtMs };
  return outcomeOf(attempted, attempt, deps.retrySeconds, Math.random());
}

async function announceLater(
  deps: DeliverDeps,
  outcomes: readonly Outcome[],
  nowMs: number,
): Promise<void> {
  for (const { id, nextAttemptAt } of outcomes) {
    if (!nextAttemptAt) continue;
    const delaySeconds = Math.max(0, Math.ceil((nextAttemptAt.getTime() - nowMs) / secondMs));
    await deps.announceDeliveries([id], Math.min(queueDelaySecondsMax, delaySeconds));
  }
}
