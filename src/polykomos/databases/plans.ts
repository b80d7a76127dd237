/** Plans and their caps. A quota left `null` means the plan's. */
export const planNames = ["free", "launch", "grow"] as const;

export type PlanName = (typeof planNames)[number];

type PlanCaps = {
  storageGbMax: number;
  connectionsMax: number;
  warningThresholdPct: number;
};

export type Plans = Record<PlanName, PlanCaps>;

export const defaultPlans: Plans = {
  free: { storageGbMax: 1, connectionsMax: 10, warningThresholdPct: 80 },
  launch: { storageGbMax: 20, connectionsMax: 50, warningThresholdPct: 80 },
  grow: { storageGbMax: 200, connectionsMax: 200, warningThresholdPct: 80 },
};

/** How long a database that ends by itself may live. */
export const ttlSecondsMin = 60;
export const ttlSecondsMax = 366 * 24 * 3600;

export type Quotas = {
  storageHardLimitGb: number | null;
  connectionHardLimit: number | null;
  warningThresholdPct: number | null;
};

type QuotaExcess = { field: string; asked: number; max: number };

/** The first quota that is above the plan's cap, or `null`. */
export function quotaAbovePlan(quotas: Partial<Quotas>, caps: PlanCaps): QuotaExcess | null {
  const { storageHardLimitGb: storage, connectionHardLimit: connections } = quotas;
  if (typeof storage === "number" && storage > caps.storageGbMax) {
    return { field: "storage_hard_limit_gb", asked: storage, max: caps.storageGbMax };
  }
  if (typeof connections === "number" && connections > caps.connectionsMax) {
    return { field: "connection_hard_limit", asked: connections, max: caps.connectionsMax };
  }
  return null;
}

/** Sessions a database's login may have open at once. */
export function connectionLimitOf(connectionHardLimit: number | null, caps: PlanCaps): number {
  return connectionHardLimit ?? caps.connectionsMax;
}

/** A database's owner is told when its storage reaches one of these, besides their own threshold. */
export const warningLevelsPct = [60, 75, 85, 90, 95] as const;
