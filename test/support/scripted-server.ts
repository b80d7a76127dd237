import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that answers what it was told to, in order, and keeps what it was asked. */
export type ScriptedAnswer = {
  status: number;
  headers?: Record<string, string>;
  /** Text is sent as it is, anything else as JSON. */
  body?: unknown;
};

type Asked = {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
};

export type ScriptedServer = {
  url: string;
  asked: Asked[];
  /** What is answered from now on; the last answer is for all that follow. `null` never answers. */
  script(answers: readonly (ScriptedAnswer | null)[]): void;
  stop(): Promise<void>;
};

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  let left: (ScriptedAnswer | null)[] = [];
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url: path = "", headers } = request;
    asked.push({ method, path, headers, body: await textOf(request) });
    const answer = left.length > 1 ? left.shift() : left[0];
    if (!answer) return;
    const isText = typeof answer.body === "string";
    response.writeHead(answer.status, {
      "content-type": isText ? "text/html" : "application/json",
      ...answer.headers,
    });
    response.end(isText ? answer.body : JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    script(answers) {
      left = [...answers];
      asked.length = 0;
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
