import { invalidField } from "../../polykomos/dialect.ts";
import { jsonProblem } from "../../puma/links/rules/json-problem.ts";
import { isJsonObject, type JsonValue } from "../../puma/rows/rules/json-value.ts";

/**
 * Which rows of a table the address of its page asks for, as the API's query takes it. Faults:
 * `invalid_field` for a filter that is no JSON object. Pure.
 */
export function rowsQueryOf(address: URLSearchParams): { filter?: string; sort?: string } {
  const text = (name: string) => address.get(name)?.trim() ?? "";
  const sort = text("sort");
  const filter = { ...filterOf(text("filter")), ...fieldFilter(text("field"), text("is")) };
  return {
    ...(Object.keys(filter).length > 0 ? { filter: JSON.stringify(filter) } : {}),
    ...(sort === "" ? {} : { sort }),
  };
}

function filterOf(text: string): Record<string, JsonValue> {
  if (text === "") return {};
  const problem = jsonProblem(text);
  if (problem) throw invalidField("filter", `column ${problem.column}: ${problem.message}`);
  const value: JsonValue = JSON.parse(text);
  if (isJsonObject(value)) return value;
  throw invalidField("filter", 'must be an object, such as {"status":"open"}');
}

/** `3`, `true`, `null` and `"3"` are what they are in JSON; anything else is a text. */
function fieldFilter(field: string, is: string): Record<string, JsonValue> {
  if (field === "") return {};
  const isJson = /^(".*"|-?\d.*|true|false|null)$/s.test(is) && jsonProblem(is) === null;
  return Object.fromEntries([[field, isJson ? JSON.parse(is) : is]]);
}
