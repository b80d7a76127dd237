import { z } from "zod";
import type { Declared } from "./declarations.ts";

/** One thing a client can send: a parameter, or a field of the body by its dotted path. */
export type Field = { declaration: Declared; place: "path" | "query" | "body"; name: string };

function inner(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  ) {
    return inner(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? inner(schema.in) : schema;
}

function namesOf(schema: z.core.$ZodType, at: string): string[] {
  const own = at === "" ? [] : [at];
  const whole = inner(schema);
  if (whole instanceof z.ZodArray) return [...own, ...namesOf(whole.element, `${at}.0`)];
  if (!(whole instanceof z.ZodObject)) return own;
  const members = Object.entries(whole.shape);
  return [
    ...own,
    ...members.flatMap(([name, member]) => namesOf(member, at === "" ? name : `${at}.${name}`)),
  ];
}

/** Every field of an operation, from its declaration. */
export function fieldsOf(declaration: Declared): Field[] {
  const { params, query, body } = declaration;
  const of = (place: Field["place"], schema: z.ZodType | undefined) =>
    (schema ? namesOf(schema, "") : []).map((name) => ({ declaration, place, name }));
  return [...of("path", params), ...of("query", query), ...of("body", body)];
}

type Node = Record<string, unknown> | unknown[];

/** A copy of the body with the field at a dotted path set, its parents made where they are absent. */
export function withField(body: unknown, path: string, value: unknown): unknown {
  const copy: Node = structuredClone(body ?? {}) as Node;
  const names = path.split(".");
  const last = names.pop() ?? "";
  let at: Record<string, unknown> = copy as Record<string, unknown>;
  for (const name of names) {
    at[name] ??= {};
    at = at[name] as Record<string, unknown>;
  }
  at[last] = value;
  return copy;
}
