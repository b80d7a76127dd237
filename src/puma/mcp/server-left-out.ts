/**
 * Stands in for what the package of the MCP server brings along for workerd (wrangler.toml aliases
 * it): a JSON Schema validator for the forms that a server may ask its client to fill in, of which
 * ours asks none, and the building of all messages' schemas when the Worker starts. They are built
 * when they are first needed; most isolates need none.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("A form was asked of a client, and its validator is left out");
  }
}
