import type { PumaAccount } from "../../durable-objects/puma-account.ts";
import type { PumaMailbox } from "../../durable-objects/puma-mailbox.ts";
import { discardBody } from "../../src/http/read-body.ts";
import { accountIdCheck } from "../../src/lib/account-id.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { consoleLog } from "../../src/lib/log.ts";
import { dnsOverHttps } from "../../src/lib/resolve.ts";
import { pumaApi } from "../../src/puma/api.ts";
import { readPumaLimits } from "../../src/puma/limits.ts";

export { PumaAccount } from "../../durable-objects/puma-account.ts";
export { PumaMailbox } from "../../durable-objects/puma-mailbox.ts";

/**
 * pumaDB alone, without the rest of the Worker, in a world whose clock can be moved: `POST
 * /test/clock {"ms": n}` moves it n milliseconds ahead for everything in the isolate.
 */
const realNow = Date.now;
let aheadMs = 0;
Date.now = () => realNow() + aheadMs;

type Env = Record<string, unknown> & {
  ID_CHECK_SECRET: string;
  PUMA_ACCOUNT: DurableObjectNamespace<PumaAccount>;
  PUMA_MAILBOX: DurableObjectNamespace<PumaMailbox>;
  OAUTH_KV: KVNamespace;
};

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

let app: ReturnType<typeof pumaApi> | undefined;

function appOf(env: Env): ReturnType<typeof pumaApi> {
  app ??= pumaApi({
    clock: systemClock,
    log: consoleLog,
    limits: readPumaLimits(env),
    settings: {
      ID_CHECK_SECRET: env.ID_CHECK_SECRET,
      PAGE_SECRET: text(env.PAGE_SECRET, ""),
      PUBLIC_URL: text(env.PUBLIC_URL, ""),
      DEV_MODE: env.DEV_MODE === "true",
      MAGIC_LINKS_PER_ADDRESS_PER_HOUR: Number(text(env.MAGIC_LINKS_PER_ADDRESS_PER_HOUR, "5")),
      MAGIC_LINKS_PER_CLIENT_PER_HOUR: Number(text(env.MAGIC_LINKS_PER_CLIENT_PER_HOUR, "20")),
      MAGIC_LINK_TTL_SECONDS: Number(text(env.MAGIC_LINK_TTL_SECONDS, "900")),
      LINK_TTL_SECONDS: Number(text(env.LINK_TTL_SECONDS, "900")),
      OAUTH_CLIENTS_PER_CLIENT_PER_HOUR: Number(
        text(env.OAUTH_CLIENTS_PER_CLIENT_PER_HOUR, "1000"),
      ),
    },
    isAccountId: accountIdCheck("puma", env.ID_CHECK_SECRET),
    account: (id) => env.PUMA_ACCOUNT.get(env.PUMA_ACCOUNT.idFromName(id)),
    mailbox: (id) => env.PUMA_MAILBOX.get(env.PUMA_MAILBOX.idFromName(id)),
    oauthClients: env.OAUTH_KV,
    resolve: dnsOverHttps(text(env.DNS_OVER_HTTPS_URL, "https://dns.example/query"), []),
    ownHosts: [],
  });
  return app;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === "/test/clock") {
      const { ms } = await request.json<{ ms: number }>();
      aheadMs += ms;
      return Response.json({ ahead_ms: aheadMs });
    }
    const response = await appOf(env).fetch(request);
    await discardBody(request);
    return response;
  },
};
