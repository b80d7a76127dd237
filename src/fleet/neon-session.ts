import { Client } from "@neondatabase/serverless";
import type { Connect } from "./postgres.ts";

/** A session that does not answer within these is given up; steps are safe to repeat. */
const connectTimeoutMs = 5_000;
const statementTimeoutMs = 30_000;

/**
 * PostgreSQL sessions over Neon's WebSocket protocol: SCRAM runs end to end, the proxy only carries
 * bytes. `neonEndpoint` is the origin of a local stand-in for Neon's proxy, or empty.
 */
export function neonConnect(neonEndpoint: string): Connect {
  const proxy = neonEndpoint ? new URL(neonEndpoint) : null;

  return async ({ host, port, user, password, database }) => {
    const client = new Client({
      host,
      port,
      user,
      password,
      database,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: statementTimeoutMs,
    });
    if (proxy) {
      client.neonConfig.wsProxy = (target, targetPort) =>
        `${proxy.host}/v2?address=${target}:${targetPort}`;
      client.neonConfig.useSecureWebSocket = false;
      client.neonConfig.pipelineTLS = false;
      client.neonConfig.pipelineConnect = false;
    }
    // Without a listener an error between queries would take the isolate's request down; the next
    // query fails with it anyway.
    client.on("error", () => {});
    await client.connect();
    return {
      async query(text, values) {
        const result = await client.query(text, values ? [...values] : undefined);
        return result.rows;
      },
      async close() {
        await client.end().catch(() => {});
      },
    };
  };
}
