import type { OperationDeclaration } from "../http/declare.ts";
import { openApiDocument } from "../http/openapi.ts";
import { type PumaLimits, publishedLimits } from "./limits.ts";
import { pumaCodes } from "./rules/code.ts";

/** The published OpenAPI 3.1 document. `origin` is where this API stands. */
export function pumaDocument(
  declarations: readonly OperationDeclaration[],
  limits: PumaLimits,
  origin: string,
): Record<string, unknown> {
  const codes = Object.entries(pumaCodes).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
  return openApiDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "pumaDB REST API",
        version: "0.1.0",
        description: [
          "Agent memory: small durable JSON tables.",
          "Errors are `{error:{code,message,details?}}` with one of these codes:",
          codes.join("\n"),
        ].join("\n\n"),
      },
      servers: [{ url: origin }],
      tags: ["Auth", "Rows", "Tables", "Keys"].map((name) => ({ name })),
      securityScheme: { name: "PumaApiKey", bearerFormat: "puma_live_<accountid>_<secret>" },
      basePath: "",
      commonHeaders: {
        "RateLimit-Policy": {
          description:
            "The key's window for this kind of request (draft-ietf-httpapi-ratelimit-headers)",
          type: "string",
        },
        RateLimit: { description: "What is left of it and when it ends", type: "string" },
        "X-RateLimit-Limit": { description: "Requests in a window", type: "integer" },
        "X-RateLimit-Remaining": { description: "Requests left", type: "integer" },
        "X-RateLimit-Reset": { description: "Seconds until the window ends", type: "integer" },
      },
      idempotencyKey: {
        description:
          "1 to 255 characters. The same key answers the same row for 24 hours; keys are per account.",
        schema: { type: "string" },
      },
      extensions: { "x-pumadb-limits": publishedLimits(limits) },
    },
    declarations,
  );
}
