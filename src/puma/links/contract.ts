import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { queryLimitMax } from "../limits.ts";
import { errorAnswers, filterSchema } from "../schemas.ts";

/** Links to pages for people: one row, one text of a row, or the rows of a query. */
const tag = "Rows";
const access = ["*"];

const table = z.string().min(1).describe("The row's table");
const id = z.string().min(1).describe("The row's id");
const filter = filterSchema.describe("Names the row instead of id, and must match it alone");
const filename = z.string().describe("The download's name; made safe where it is not").optional();

const linkFields = {
  viewer_url: z.url().describe("The page; the token is the last segment of its path"),
  download_url: z.url(),
  expires_at: z.iso.datetime(),
  filename: z.string(),
};
const safety = z.string().describe("What to keep in mind about the content");
const jsonType = z.enum(["application/json"]);

export const textFieldLinkFields = z.strictObject({
  table,
  field: z.string().min(1).describe("The field that holds the text"),
  id: z.string().optional().describe("The row's id"),
  filter: filter.optional(),
  filename,
  mimeType: z
    .string()
    .optional()
    .describe("The text's media type; text/markdown unless filename says otherwise"),
});

export const createTextFieldLink = declare({
  method: "post",
  path: "/v1/_text_field_links",
  operationId: "createTextFieldLink",
  tag,
  summary: "Make a link to a page that shows and edits one text of a row",
  description:
    "The row is named by id or by a filter that matches it alone. Markdown is rendered, code is highlighted. Whoever has the link can read and change this field, nothing else, until it expires or is ended.",
  access,
  body: textFieldLinkFields
    .refine(({ id, filter }) => id !== undefined || filter !== undefined, {
      message: "id or filter is required",
      path: ["id"],
    })
    .meta({
      id: "CreateTextFieldLinkRequest",
      anyOf: [{ required: ["id"] }, { required: ["filter"] }],
    }),
  answers: {
    200: {
      description: "The link",
      schema: z
        .object({
          ...linkFields,
          mime_type: z.string(),
          table: z.string(),
          field: z.string(),
          id: z.string().describe("The row"),
          safety,
        })
        .meta({ id: "CreateTextFieldLinkResponse" }),
    },
    ...errorAnswers([400, 401, 404, 409, 429], { body: true }),
  },
});

export const createRowLink = declare({
  method: "post",
  path: "/v1/_row_links",
  operationId: "createRowLink",
  tag,
  summary: "Make a link to a page that shows and edits one row",
  description:
    "Whoever has the link can read and change this row and see its earlier versions, nothing else, until it expires or is ended.",
  access,
  body: z.strictObject({ table, id, filename }).meta({ id: "CreateRowLinkRequest" }),
  answers: {
    200: {
      description: "The link",
      schema: z
        .object({ ...linkFields, mime_type: jsonType, table: z.string(), id: z.string(), safety })
        .meta({ id: "CreateRowLinkResponse" }),
    },
    ...errorAnswers([400, 401, 404, 429], { body: true }),
  },
});

export const createQueryLink = declare({
  method: "post",
  path: "/v1/_query_links",
  operationId: "createQueryLink",
  tag,
  summary: "Make a link to a page that shows the rows of a query",
  description:
    "Read-only. The query runs anew each time the page is opened. The download is `{rows:[…]}`.",
  access,
  body: z
    .strictObject({
      table: table.describe("The table of the rows"),
      filter: filterSchema.optional(),
      sort: z.string().optional(),
      limit: z.int().min(1).max(queryLimitMax).optional(),
      filename,
    })
    .meta({ id: "CreateQueryLinkRequest" }),
  answers: {
    200: {
      description: "The link",
      schema: z
        .object({
          ...linkFields,
          mime_type: jsonType,
          table: z.string(),
          filter: filterSchema.optional(),
          sort: z.string().optional(),
          limit: z.int().optional(),
          safety,
        })
        .meta({ id: "CreateQueryLinkResponse" }),
    },
    ...errorAnswers([400, 401, 429], { body: true }),
  },
});

export const revokeLink = declare({
  method: "delete",
  path: "/v1/_links/{token}",
  operationId: "revokeLink",
  tag,
  summary: "End a link before its time",
  description:
    "The token is the last segment of the path of viewer_url or download_url; both end together. Revoking a key ends the links made with it.",
  access,
  params: z.object({ token: z.string() }),
  query: z.strictObject({}),
  answers: {
    200: {
      description: "1 when the link was in force, else 0",
      schema: z.object({ revoked: z.int().min(0) }),
    },
    ...errorAnswers([400, 401, 429], { body: false }),
  },
});
