import * as z from "zod";
import type { OperationDeclaration } from "../http/declare.ts";
import { type DocumentHead, openApiDocument } from "../http/openapi.ts";
import { errorAnswer, limitQuery, pageItemsDefault, pageItemsMax } from "./schemas.ts";

/** Polykomos's OpenAPI document, made of the declarations. */
export const basePath = "/api/v1";

const paginationParams = z.object({ limit: limitQuery, starting_after: z.string().optional() });

const idempotencyKey = {
  description: "A UUID, new for each thing you want done. A retry with it does nothing twice.",
  schema: { type: "string", format: "uuid" },
};

const documentHead: DocumentHead = {
  openapi: "3.0.3",
  info: {
    title: "Polykomos REST API",
    version: "v1",
    description: "Real PostgreSQL and MySQL databases, made and managed over HTTP.",
  },
  servers: [{ url: "https://polykomos.com" }],
  securityScheme: { name: "BearerApiKey", bearerFormat: "pk_live_..." },
  basePath,
  commonHeaders: {
    "X-Request-Id": { description: "Names the request; also `request_id`.", type: "string" },
    "RateLimit-Policy": { description: "The key's limits.", type: "string" },
    RateLimit: { description: "What is left of them.", type: "string" },
  },
  named: {
    schemas: { PaginationParams: paginationParams },
    parameters: {
      IdempotencyKey: {
        in: "header",
        name: "Idempotency-Key",
        required: true,
        ...idempotencyKey,
      },
      Limit: {
        in: "query",
        name: "limit",
        required: false,
        schema: { type: "integer", minimum: 1, maximum: pageItemsMax, default: pageItemsDefault },
      },
    },
    responses: {
      BadRequest: errorAnswer(400),
      Unauthorized: errorAnswer(401),
      Forbidden: errorAnswer(403),
      NotFound: errorAnswer(404),
      TooManyRequests: errorAnswer(429),
    },
  },
  idempotencyKey,
};

/** The published document, built anew from the declarations. */
export function polykomosDocument(
  declarations: readonly OperationDeclaration[],
): Record<string, unknown> {
  return openApiDocument(documentHead, declarations);
}
