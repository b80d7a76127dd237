import { connectionLimitOf, type PlanName, type Plans, planNames, type Quotas } from "./plans.ts";

/**
 * What a database asks of its server: the most it may use, promised when it is placed. A server's
 * capacity is what may be promised; an operator who wants to promise more than there is enters more.
 */
export type Demand = {
  connections: number;
  bytes: number;
  /** What a claim asks beyond what the pool's databases were promised; `null` for no more. */
  more: { connections: number; bytes: number } | null;
  /** What plans promise where a database sets no quota, as the store's `server_load` reads it. */
  caps: string;
};

/** As in `storage_hard_limit_gb`. */
export const bytesPerGb = 1024 ** 3;

/** What the store needs to sum up promises, as JSON. */
export function capsJson(plans: Plans): string {
  const caps = planNames.map((name) => {
    const { connectionsMax: connections, storageGbMax: gb } = plans[name];
    return [name, { connections, gb }];
  });
  return JSON.stringify({ bytes_per_gb: bytesPerGb, ...Object.fromEntries(caps) });
}

/** The demand of one in the pool: it has no plan yet and is built with the first one's caps. */
export function pooledDemand(plans: Plans): { connections: number; bytes: number } {
  const { connectionsMax: connections, storageGbMax: gb } = plans.free;
  return { connections, bytes: gb * bytesPerGb };
}

export function demandOf(plans: Plans, plan: PlanName, quotas: Quotas): Demand {
  const caps = plans[plan];
  const connections = connectionLimitOf(quotas.connectionHardLimit, caps);
  const bytes = (quotas.storageHardLimitGb ?? caps.storageGbMax) * bytesPerGb;
  const pooled = pooledDemand(plans);
  const more = {
    connections: Math.max(0, connections - pooled.connections),
    bytes: Math.max(0, bytes - pooled.bytes),
  };
  const hasMore = more.connections > 0 || more.bytes > 0;
  return { connections, bytes, more: hasMore ? more : null, caps: capsJson(plans) };
}
