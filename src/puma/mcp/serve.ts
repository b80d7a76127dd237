import { mcpEndpoint } from "./endpoint.ts";

/**
 * pumaDB's own endpoint. The package and the tools' written schemas are loaded by the first request
 * that needs them: they would double the time until a Worker takes its first request of any kind.
 */
export const serveMcp = mcpEndpoint({
  answersHotCalls: true,
  async loadHandler() {
    const [{ packageHandler }, { pumaServer }] = await Promise.all([
      import("./package-handler.ts"),
      import("./server.ts"),
    ]);
    return packageHandler(pumaServer);
  },
});
