/** The part of OpenAPI 3.0 that the contract uses, and reading it through `$ref`s. */
export type Schema = {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  format?: string;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  example?: unknown;
  description?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean | Schema;
};

type Parameter = {
  $ref?: string;
  in: string;
  name: string;
  required?: boolean;
  schema: Schema;
};

type Content = Record<string, { schema: Schema }>;

type Response = {
  $ref?: string;
  description: string;
  headers?: Record<string, { schema: Schema }>;
  content?: Content;
};

export type Operation = {
  operationId: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, Response>;
  security?: Record<string, string[]>[];
};

export type Document = {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  security: Record<string, string[]>[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    parameters?: Record<string, Parameter>;
    responses?: Record<string, Response>;
    securitySchemes: Record<string, Record<string, string>>;
  };
};

/** What a `$ref` leads to; a part without one is itself. */
export function resolve<Part extends { $ref?: string }>(document: Document, part: Part): Part {
  if (part.$ref === undefined) return part;
  const names = part.$ref.replace(/^#\//, "").split("/");
  // The types along the way are not known; a wrong reference ends in the error below.
  // biome-ignore lint/suspicious/noExplicitAny: a walk along names read from a document
  const found = names.reduce<any>((at, name) => at?.[name], document);
  if (found === undefined) throw new Error(`${part.$ref} leads nowhere`);
  return resolve<Part>(document, found);
}

/** All operations of a document as `METHOD /path`. */
export function operationsOf(document: Document): Map<string, Operation> {
  return new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    ),
  );
}
