import {
  type CallToolResult,
  createRequestStateCodec,
  type GetPromptResult,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";

/**
 * A server with the tools, resources and prompts that the conformance suite asks for by name. What it
 * asks of the endpoint itself is then answered by the product's own handler.
 */
const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const silence = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

const state = createRequestStateCodec({ key: "0123456789abcdef0123456789abcdef" });

const text = (content: string): CallToolResult => ({ content: [{ type: "text", text: content }] });

export function fixtureServer(): McpServer {
  const server = new McpServer(
    { name: "fixture", version: "1.0.0" },
    {
      capabilities: {
        tools: { listChanged: false },
        resources: { subscribe: true, listChanged: false },
        prompts: { listChanged: false },
        logging: {},
        completions: {},
      },
      requestState: { verify: state.verify },
    },
  );
  plainTools(server);
  speakingTools(server);
  askingTools(server);
  resources(server);
  prompts(server);
  return server;
}

const plainAnswers: Record<string, CallToolResult["content"]> = {
  test_simple_text: [{ type: "text", text: "This is a simple text response for testing." }],
  test_image_content: [{ type: "image", data: pixel, mimeType: "image/png" }],
  test_audio_content: [{ type: "audio", data: silence, mimeType: "audio/wav" }],
  test_embedded_resource: [
    {
      type: "resource",
      resource: {
        uri: "test://embedded-resource",
        mimeType: "text/plain",
        text: "This is an embedded resource content.",
      },
    },
  ],
  test_multiple_content_types: [
    { type: "text", text: "Multiple content types test:" },
    { type: "image", data: pixel, mimeType: "image/png" },
    {
      type: "resource",
      resource: {
        uri: "test://mixed-content-resource",
        mimeType: "application/json",
        text: '{"test":"data","value":123}',
      },
    },
  ],
};

function plainTools(server: McpServer): void {
  for (const [name, content] of Object.entries(plainAnswers)) {
    server.registerTool(name, { description: name }, () => ({ content }));
  }
  server.registerTool("test_error_handling", { description: "Fails" }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
}

function capabilitiesOf(ctx: ServerContext): Record<string, unknown> {
  const envelope: Record<string, unknown> = ctx.mcpReq.envelope ?? {};
  const declared = envelope["io.modelcontextprotocol/clientCapabilities"];
  return typeof declared === "object" && declared !== null ? { ...declared } : {};
}

const steps = ["Tool execution started", "Tool processing data", "Tool execution completed"];

function speakingTools(server: McpServer): void {
  server.registerTool("test_tool_with_logging", { description: "Logs" }, async (ctx) => {
    for (const step of steps) await ctx.mcpReq.log("info", step);
    return text("Tool with logging executed successfully");
  });
  server.registerTool("test_logging_tool", { description: "Logs when asked to" }, async (ctx) => {
    await ctx.mcpReq.log("info", "Said only to those who ask");
    return text("done");
  });
  server.registerTool("test_tool_with_progress", { description: "Progresses" }, async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      const params = { progressToken: progressToken ?? 0, progress, total: 100 };
      await ctx.mcpReq.notify({ method: "notifications/progress", params });
    }
    return text(String(progressToken ?? "no token"));
  });
}

const named = (property: string) => ({
  type: "object" as const,
  properties: { [property]: { type: "string" as const } },
  required: [property],
});
const elicit = (message: string, property: string) =>
  inputRequired.elicit({ message, requestedSchema: named(property) });
const ask = (question: string) =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: question } }],
    maxTokens: 100,
  });

type Requests = Parameters<typeof inputRequired>[0]["inputRequests"];

/** Asks until the client has answered all that was asked. */
function askingTools(server: McpServer): void {
  const asking = (name: string, requests: NonNullable<Requests>, keepsState = false) =>
    server.registerTool(name, { description: name }, async (ctx) => {
      const given = ctx.mcpReq.inputResponses ?? {};
      if (Object.keys(requests).every((key) => key in given)) {
        const known = keepsState && ctx.mcpReq.requestState() !== undefined ? "state-ok " : "";
        return text(`${known}${JSON.stringify(given)}`);
      }
      const kept = keepsState ? { requestState: await state.mint({ name }, ctx) } : {};
      return inputRequired({ inputRequests: requests, ...kept });
    });
  const name = { user_name: elicit("What is your name?", "name") };
  asking("test_input_required_result_elicitation", name);
  asking("test_streaming_elicitation", name);
  asking("test_input_required_result_sampling", {
    capital_question: ask("What is the capital of France?"),
  });
  asking("test_missing_capability", { question: ask("Can you sample?") });
  asking("test_input_required_result_list_roots", { client_roots: inputRequired.listRoots() });
  const confirm = { confirm: elicit("Please confirm", "ok") };
  asking("test_input_required_result_request_state", confirm, true);
  asking("test_input_required_result_tampered_state", confirm, true);
  asking(
    "test_input_required_result_multiple_inputs",
    { ...name, greeting: ask("Generate a greeting"), client_roots: inputRequired.listRoots() },
    true,
  );
  server.registerTool(
    "test_input_required_result_multi_round",
    { description: "Asks twice" },
    async (ctx) => {
      const { step1, step2 } = ctx.mcpReq.inputResponses ?? {};
      if (step2) return text("Both steps were answered");
      const [key, request] = step1
        ? ["step2", elicit("Step 2: What is your favorite color?", "color")]
        : ["step1", elicit("Step 1: What is your name?", "name")];
      const requestState = await state.mint({ waitingFor: key }, ctx);
      return inputRequired({ inputRequests: { [key as string]: request as never }, requestState });
    },
  );
  server.registerTool(
    "test_input_required_result_capabilities",
    { description: "Asks what the client can answer" },
    (ctx) => {
      const can = capabilitiesOf(ctx);
      const inputRequests = {
        ...(can.sampling ? { question: ask("What is the capital of France?") } : {}),
        ...(can.elicitation ? name : {}),
      };
      return inputRequired({ inputRequests });
    },
  );
}

function resources(server: McpServer): void {
  const uris = ["test://static-text", "test://watched-resource"];
  for (const uri of uris) {
    const mimeType = "text/plain";
    server.registerResource(uri.slice(7), uri, { mimeType, description: uri }, () => ({
      contents: [{ uri, mimeType, text: "This is the content of the static text resource." }],
    }));
  }
  const binary = "test://static-binary";
  server.registerResource(
    "static-binary",
    binary,
    { mimeType: "image/png", description: "A picture" },
    () => ({ contents: [{ uri: binary, mimeType: "image/png", blob: pixel }] }),
  );
  server.registerResource(
    "template",
    new ResourceTemplate("test://template/{id}/data", { list: undefined }),
    { mimeType: "application/json", description: "A template" },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: "application/json",
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  );
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
  server.server.setRequestHandler("completion/complete", () => ({
    completion: { values: [], total: 0, hasMore: false },
  }));
}

const says = (...content: GetPromptResult["messages"][number]["content"][]): GetPromptResult => ({
  messages: content.map((each) => ({ role: "user", content: each })),
});

function prompts(server: McpServer): void {
  server.registerPrompt("test_simple_prompt", { description: "Simple" }, () =>
    says({ type: "text", text: "This is a simple prompt for testing." }),
  );
  server.registerPrompt(
    "test_prompt_with_arguments",
    { description: "With arguments", argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    ({ arg1, arg2 }) =>
      says({ type: "text", text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "With a resource", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) =>
      says(
        { type: "resource", resource: { uri, mimeType: "text/plain", text: "Embedded." } },
        { type: "text", text: "Please process the embedded resource above." },
      ),
  );
  server.registerPrompt("test_prompt_with_image", { description: "With a picture" }, () =>
    says(
      { type: "image", data: pixel, mimeType: "image/png" },
      { type: "text", text: "Please analyze the image above." },
    ),
  );
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: "Asks for its context" },
    (ctx) => {
      if (ctx.mcpReq.inputResponses?.user_context) {
        return says({ type: "text", text: "With the context that was given." });
      }
      const user_context = elicit("What context should the prompt use?", "context");
      return inputRequired({ inputRequests: { user_context } });
    },
  );
}
