import { Client } from "@neondatabase/serverless";
import { connectTimeoutMs, openPostgresSession } from "./open-session.ts";
import { proveScram } from "./scram-client.ts";
import type { PostgresConnect } from "./session.ts";

type NeonClient = InstanceType<typeof Client>;

/** The parts of the driver's exchange that its types leave out. */
type SaslState = {
  saslSession: {
    message: string;
    clientNonce: string;
    serverSignature?: string;
    response: string;
  } | null;
  connection: { sendSCRAMClientFinalMessage(response: string): void };
};

function saslStateOf(client: NeonClient): SaslState {
  // True for the pinned version of the driver; test/api/isolation.test.ts logs in through it.
  return client as unknown as SaslState;
}

/**
 * The driver derives the salted password with one asynchronous WebCrypto call per iteration, some
 * fifty milliseconds of processor time per login. One native PBKDF2 call takes about one.
 */
function proveNatively(client: NeonClient, password: string): void {
  client._handleAuthSASLContinue = async ({ data }: { data: string }) => {
    const { saslSession, connection } = saslStateOf(client);
    if (!saslSession) throw new Error("SCRAM: a challenge without an exchange");
    const { clientNonce } = saslSession;
    const { response, serverSignature } = proveScram({ clientNonce, password }, data);
    Object.assign(saslSession, { message: "SASLResponse", serverSignature, response });
    connection.sendSCRAMClientFinalMessage(response);
  };
}

/**
 * PostgreSQL sessions over Neon's WebSocket protocol: SCRAM runs end to end, the proxy only carries
 * bytes. `neonEndpoint` is the origin of a local stand-in for Neon's proxy, or empty.
 */
export function neonConnect(neonEndpoint: string): PostgresConnect {
  const proxy = neonEndpoint ? new URL(neonEndpoint) : null;

  return async ({ host, port, user, password, database, statementTimeoutMs }) => {
    const client = new Client({
      host,
      port,
      user,
      password,
      database,
      application_name: "polykomos",
      statement_timeout: statementTimeoutMs,
      connectionTimeoutMillis: connectTimeoutMs,
    });
    // Otherwise the password would go out in clear before the server has asked for it.
    client.neonConfig.pipelineConnect = false;
    if (proxy) {
      client.neonConfig.wsProxy = (target, targetPort) =>
        `${proxy.host}/v2?address=${target}:${targetPort}`;
      client.neonConfig.useSecureWebSocket = false;
      client.neonConfig.pipelineTLS = false;
    }
    proveNatively(client, password);
    return await openPostgresSession(client, statementTimeoutMs, () => {});
  };
}
