import { type Endpoint, endpoint } from "../../http/mount.ts";
import { dayMs, secondMs } from "../../lib/clock.ts";
import type { Caller } from "../caller.ts";
import { type Plans, planNames } from "../databases/plans.ts";
import { bodyBytesMax } from "../read-input.ts";
import { pageItemsMax, waitSecondsMax } from "../schemas.ts";
import { getLimits } from "./contract.ts";

/** As long as the account's gate keeps answers for replay. */
const idempotencyKeptSeconds = dayMs / secondMs;

/** `GET /limits`. */
export function limitEndpoints(plans: Plans): Endpoint<Caller>[] {
  return [
    endpoint(getLimits, async (_, { key }: Caller) => {
      const { requests_per_minute, monthly_quota } = key.controls;
      const data = {
        object: "limits",
        plans: planNames.map((name) => ({
          name,
          storage_gb_max: plans[name].storageGbMax,
          connections_max: plans[name].connectionsMax,
          warning_threshold_pct: plans[name].warningThresholdPct,
        })),
        request: {
          body_bytes_max: bodyBytesMax,
          page_items_max: pageItemsMax,
          wait_seconds_max: waitSecondsMax,
          idempotency_kept_seconds: idempotencyKeptSeconds,
        },
        api_key: { requests_per_minute, monthly_quota },
      };
      return { status: 200, body: { data } };
    }),
  ];
}
