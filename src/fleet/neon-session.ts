import { Client } from "@neondatabase/serverless";
import { within } from "../lib/clock.ts";
import { Fault } from "../lib/fault.ts";
import type { Connect } from "./postgres.ts";
import { proveScram } from "./scram-client.ts";

/** A server that does not let us in within this is unreachable. */
const connectTimeoutMs = 5_000;
/** The server has stopped a statement of its own accord before we stop waiting for its answer. */
const answerGraceMs = 2_000;
/** A session's end is worth this long a wait; the server ends it then by itself. */
const closePatienceMs = 2_000;

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

function unreachable(reason: unknown): Fault {
  const text = reason instanceof Error ? reason.message : "the connection failed";
  return new Fault("server_unreachable", text);
}

/**
 * PostgreSQL sessions over Neon's WebSocket protocol: SCRAM runs end to end, the proxy only carries
 * bytes. `neonEndpoint` is the origin of a local stand-in for Neon's proxy, or empty.
 */
export function neonConnect(neonEndpoint: string): Connect {
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
    let hasEnded = false;
    client.on("end", () => {
      hasEnded = true;
    });
    // Without a listener an error between queries would take the isolate's request down; the next
    // query fails with it anyway.
    client.on("error", () => {});

    async function close(): Promise<void> {
      if (hasEnded) return;
      await within(closePatienceMs, client.end()).catch(() => {});
    }

    try {
      await within(connectTimeoutMs + answerGraceMs, client.connect());
    } catch (error) {
      void close();
      // The server's own refusals have an SQLSTATE and say more than "unreachable".
      throw error instanceof Error && "code" in error ? error : unreachable(error);
    }
    return {
      async query(text, values) {
        const asked = values ? client.query(text, [...values]) : client.query(text);
        const answers = await within(statementTimeoutMs + answerGraceMs, asked).catch((error) => {
          throw error instanceof Error && "code" in error ? error : unreachable(error);
        });
        // Several statements in one text have several answers.
        const last = Array.isArray(answers) ? answers.at(-1) : answers;
        return last?.rows ?? [];
      },
      async script(text, onDone) {
        await runScript(client, text, statementTimeoutMs + answerGraceMs, onDone);
      },
      close,
    };
  };
}

/** What the driver lets a query of one's own make. */
type OwnQuery = {
  submit(connection: { query(text: string): void }): void;
  handleCommandComplete(message: { text: string }): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
  handleCopyInResponse(connection: { sendCopyFail(message: string): void }): void;
};

function ignore(): void {}

/**
 * Sends several statements as one message of the simple protocol. The driver's own query would keep
 * all rows and, on an error, tell nothing of the statements before it.
 */
function runScript(
  client: NeonClient,
  text: string,
  silenceMaxMs: number,
  onDone: (tag: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(timer);
      const late = unreachable(new Error(`No answer in ${silenceMaxMs} ms`));
      timer = setTimeout(() => settle(late), silenceMaxMs);
    };
    const settle = (error: Error | null) => {
      clearTimeout(timer);
      client.off("end", onEnd);
      if (error) reject(error);
      else resolve();
    };
    const onEnd = () => settle(unreachable(new Error("The connection was cut")));
    const query: OwnQuery & Record<string, unknown> = {
      submit: (connection) => connection.query(text),
      handleRowDescription: ignore,
      handleDataRow: ignore,
      handleEmptyQuery: ignore,
      handlePortalSuspended: ignore,
      handleCopyData: ignore,
      handleCommandComplete(message) {
        listen();
        onDone(message.text);
      },
      handleReadyForQuery: () => settle(null),
      handleError: (error) => settle("code" in error ? error : unreachable(error)),
      handleCopyInResponse: (connection) => connection.sendCopyFail("There are no data to copy"),
    };
    client.on("end", onEnd);
    listen();
    // True for any object with these methods: the driver calls it a Submittable.
    client.query(query as never);
  });
}
