import { type Endpoint, endpoint } from "../../http/mount.ts";
import type { Caller } from "../caller.ts";
import { getMe } from "./contract.ts";

/** `GET /me`: all of it is in the gate's answer, so it costs no SQL. */
export function meEndpoints(): Endpoint<Caller>[] {
  return [
    endpoint(getMe, async (_, { key, keyLastUsedAtMs }: Caller) => {
      const data = {
        user: { object: "user", name: key.user.name, email: key.user.email },
        api_key: {
          object: "api_key",
          name: key.name,
          preview: key.preview,
          permissions: key.permissions,
          status: key.status,
          last_used_at: keyLastUsedAtMs === null ? null : new Date(keyLastUsedAtMs).toISOString(),
          controls: key.controls,
        },
      };
      return { status: 200, body: { data } };
    }),
  ];
}
