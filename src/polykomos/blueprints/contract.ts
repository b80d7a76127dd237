import * as z from "zod";
import { declare } from "../../http/declare.ts";
import {
  errorAnswers,
  idQuery,
  line,
  requestId,
  text,
  timestamp,
  uuidPageQuery,
  uuidParams,
} from "../schemas.ts";
import { engineNames } from "./sql/script.ts";
import { variableName } from "./sql/template.ts";
import { variableTypes } from "./sql/variables.ts";

const engine = z.enum(engineNames, `must be one of ${engineNames.join(", ")}`);

const variablesMax = 100;

const declaration = z.strictObject({
  type: z.enum(variableTypes, `must be one of ${variableTypes.join(", ")}`).optional(),
  required: z.boolean().optional(),
  default: z.unknown().optional(),
  description: z.string().max(1_000).nullable().optional(),
  pattern: z.string().max(500).optional(),
  enum: z.array(z.unknown()).min(1).max(100).optional(),
});

/** What a blueprint's author declares: name → type, required, default, description, pattern, enum. */
const declarations = z
  .record(
    z
      .string()
      .regex(
        new RegExp(`^${variableName}$`),
        "must be a name: a letter or _, then letters, digits and _, at most 63 in all",
      ),
    declaration,
  )
  .refine((all) => Object.keys(all).length <= variablesMax, `at most ${variablesMax} variables`);

// Null is taken for none; the wire contract only speaks of objects.
const optionalDeclarations = declarations
  .nullable()
  .optional()
  .meta({
    override: {
      type: "object",
      description: "Name → type, required, default, description, pattern, enum.",
      example: { customer: { type: "string", required: true, pattern: "^[A-Z]" } },
    },
  });

export const blueprint = z
  .object({
    object: z.string().meta({ example: "blueprint" }),
    uuid: z.uuid(),
    name: z.string().meta({ example: "seed-contacts" }),
    slug: z.string().meta({ example: "seed-contacts" }),
    description: z.string().nullable(),
    content_type: z.string().meta({ example: "sql" }),
    version: z.int().meta({ example: 1 }),
    size_bytes: z.int(),
    is_system_blueprint: z.boolean(),
    variables: z.looseObject({}).nullable(),
    metadata: z
      .looseObject({})
      .nullable()
      .meta({ description: "The manifest of the SQL; see /blueprint_validations." }),
    sql_content: z.string(),
    created_at: timestamp,
    updated_at: timestamp,
    id: z.int().meta({ description: "What an application calls `blueprint_id`." }),
    team_id: z.int().nullable().meta({ description: "Null for a system blueprint." }),
    engines: z.array(z.string()).meta({ description: "Those it may be applied on." }),
  })
  .meta({ id: "Blueprint" });

const sqlContent = z
  .string()
  .max(1_000_000)
  .meta({ override: { type: "string" } });
const name = line(120).meta({ override: { type: "string" } });
const description = text(2_000);

const blueprintAnswer = z.object({ data: blueprint, request_id: requestId });

export const listBlueprints = declare({
  method: "get",
  path: "/blueprints",
  operationId: "listBlueprints",
  tag: "Blueprints",
  summary: "List blueprints, newest first",
  description: "Those of all teams of the key's user, and the system blueprints.",
  access: ["blueprints:read"],
  query: uuidPageQuery.extend({
    team_id: idQuery.optional().meta({ description: "That team's alone, and the system's." }),
  }),
  answers: {
    200: {
      description: "A page of blueprints.",
      schema: z.object({ data: z.array(blueprint), has_more: z.boolean(), request_id: requestId }),
    },
    ...errorAnswers({ method: "get" }),
  },
});

export const createBlueprint = declare({
  method: "post",
  path: "/blueprints",
  operationId: "createBlueprint",
  tag: "Blueprints",
  summary: "Create a blueprint",
  description: "The SQL is checked first; what cannot be applied on any engine is refused.",
  access: ["blueprints:write"],
  idempotency: "required",
  body: z.strictObject({
    name,
    sql_content: sqlContent,
    description: description
      .nullable()
      .optional()
      .meta({ override: { type: "string" } }),
    variables: optionalDeclarations,
    engine: engine.optional().meta({ description: "Default: whichever it can be applied on." }),
    team_id: z.int().min(1).max(2_147_483_647).optional(),
  }),
  answers: {
    201: { description: "The blueprint.", schema: blueprintAnswer },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});

export const getBlueprint = declare({
  method: "get",
  path: "/blueprints/{uuid}",
  operationId: "getBlueprint",
  tag: "Blueprints",
  summary: "Read a blueprint",
  access: ["blueprints:read"],
  params: uuidParams,
  answers: {
    200: { description: "The blueprint at its newest version.", schema: blueprintAnswer },
    ...errorAnswers({ method: "get" }, 404),
  },
});

export const updateBlueprint = declare({
  method: "patch",
  path: "/blueprints/{uuid}",
  operationId: "updateBlueprint",
  tag: "Blueprints",
  summary: "Change a blueprint",
  description: "Other SQL or other variables make a new version.",
  access: ["blueprints:write"],
  idempotency: "accepted",
  params: uuidParams,
  body: z
    .strictObject({
      name: name.optional(),
      description: description
        .nullable()
        .optional()
        .meta({ override: { type: "string" } }),
      sql_content: sqlContent.optional(),
      variables: optionalDeclarations,
      engine: engine.optional(),
    })
    .refine((body) => Object.keys(body).length > 0, {
      error: "Send at least one of name, description, sql_content, variables, engine",
    }),
  answers: {
    200: { description: "The blueprint as it is now.", schema: blueprintAnswer },
    ...errorAnswers({ method: "patch" }, 404, 409),
  },
});

export const deleteBlueprint = declare({
  method: "delete",
  path: "/blueprints/{uuid}",
  operationId: "deleteBlueprint",
  tag: "Blueprints",
  summary: "Delete a blueprint",
  description: "What was applied stays; applications that wait for their turn still run.",
  access: ["blueprints:write"],
  idempotency: "accepted",
  params: uuidParams,
  answers: {
    200: {
      description: "It is deleted.",
      schema: z.object({
        data: z.object({ uuid: z.uuid(), deleted: z.boolean() }),
        request_id: requestId,
      }),
    },
    ...errorAnswers({ method: "delete" }, 404, 409),
  },
});

export const versionNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, "must be the number of a version")
  .transform(Number)
  .meta({ override: { type: "integer", minimum: 1 } });

export const diffBlueprint = declare({
  method: "get",
  path: "/blueprints/{uuid}/diff",
  operationId: "diffBlueprint",
  tag: "Blueprints",
  summary: "Compare two versions of a blueprint",
  access: ["blueprints:read"],
  params: uuidParams,
  query: z.strictObject({
    from: versionNumber.optional().meta({ description: "Default: the version before `to`." }),
    to: versionNumber.optional().meta({ description: "Default: the newest version." }),
  }),
  answers: {
    200: {
      description: "What lines and variables differ.",
      schema: z.object({
        data: z.object({
          object: z.string().meta({ example: "blueprint_diff" }),
          from_version: z.int(),
          to_version: z.int(),
          added_lines: z.int(),
          removed_lines: z.int(),
          diff: z.string().meta({ description: "A unified diff of the SQL." }),
          variables: z.object({
            added: z.array(z.string()),
            removed: z.array(z.string()),
            changed: z.array(z.string()),
          }),
        }),
        request_id: requestId,
      }),
    },
    ...errorAnswers({ method: "get" }, 404),
  },
});

export const createBlueprintValidation = declare({
  method: "post",
  path: "/blueprint_validations",
  operationId: "createBlueprintValidation",
  tag: "Blueprints",
  summary: "Check SQL without keeping it",
  description:
    "Each error and warning begins with a stable code. Valid is what one of the asked engines " +
    "takes; `manifest.engines` says which.",
  access: ["blueprints:read"],
  idempotency: "accepted",
  body: z.strictObject({
    sql_content: sqlContent,
    engine: engine.optional().meta({ description: "Default: both." }),
    variables: optionalDeclarations,
  }),
  answers: {
    200: {
      description: "What was found.",
      schema: z.object({
        data: z.object({
          valid: z.boolean(),
          statement_count: z.int(),
          errors: z.array(z.string()),
          warnings: z.array(z.string()),
          manifest: z.looseObject({}),
        }),
        request_id: requestId,
      }),
    },
    ...errorAnswers({ method: "post" }, 409),
  },
});
