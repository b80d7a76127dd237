import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A service that speaks OpenAI's chat completions and says what a test has told it to. */
export type ModelServer = {
  url: string;
  /** Requests in order: the body, and the question in it. */
  asked: { question: string; body: ModelRequest; authorization: string | undefined }[];
  /** What is said to a question, one after the other; the last again and again. */
  say(question: string, ...answers: ModelAnswer[]): void;
  stop(): Promise<void>;
};

type ModelRequest = {
  model: string;
  messages: { role: string; content: string }[];
  response_format?: { type: string };
};

export type ModelAnswer =
  | { sql: string }
  | { refusal: string }
  | { content: string }
  | { status: number }
  | "nothing";

/** A text that is the answer itself, in JSON mode. */
function contentOf(answer: Exclude<ModelAnswer, "nothing" | { status: number }>): string {
  if ("content" in answer) return answer.content;
  const { sql = null, refusal = null } = { sql: null, refusal: null, ...answer };
  return JSON.stringify({ sql, refusal, assumptions: "" });
}

async function bodyOf(request: IncomingMessage): Promise<ModelRequest> {
  let text = "";
  for await (const part of request) text += part;
  return JSON.parse(text);
}

function questionOf({ messages }: ModelRequest): string {
  for (const { role, content } of messages) {
    if (role !== "user") continue;
    const { question } = JSON.parse(content);
    if (typeof question === "string") return question;
  }
  return "";
}

/** Starts one. `formats`: the forms of answers that it knows; others are refused with 400. */
export async function startModelServer(
  formats: readonly string[] = ["json_schema"],
): Promise<ModelServer> {
  const scripts = new Map<string, ModelAnswer[]>();
  const asked: ModelServer["asked"] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const question = questionOf(body);
    asked.push({ question, body, authorization: request.headers.authorization });
    const format = body.response_format?.type ?? "none";
    if (!formats.includes(format)) {
      response.writeHead(400).end(JSON.stringify({ error: { message: "unknown format" } }));
      return;
    }
    const script = scripts.get(question) ?? [];
    const answer = script.length > 1 ? script.shift() : script[0];
    if (answer === "nothing") return;
    if (answer === undefined || "status" in answer) {
      response.writeHead(answer?.status ?? 500).end("{}");
      return;
    }
    const message = { role: "assistant", content: contentOf(answer) };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ choices: [{ index: 0, message }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    say: (question, ...answers) => void scripts.set(question, answers),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
