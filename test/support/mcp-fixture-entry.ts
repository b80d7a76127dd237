import { mcpEndpoint } from "../../src/puma/mcp/endpoint.ts";
import { packageHandler } from "../../src/puma/mcp/package-handler.ts";
import { fixtureServer } from "./mcp-fixture-server.ts";

/**
 * The product's `/mcp` with a fixture server behind it and everybody let in. Of what the endpoint works
 * with, a caller with a grant reaches only the settings.
 */
const endpoint = mcpEndpoint({
  answersHotCalls: false,
  loadHandler: async () => packageHandler(fixtureServer),
});

const deps = { settings: { PUBLIC_URL: "" } } as Parameters<typeof endpoint>[0];

export default {
  fetch: (request: Request) =>
    endpoint(deps, request, async () => ({
      via: "oauth",
      accountId: "fixture",
      grantId: "fixture",
      scopes: ["pumadb"],
    })),
};
