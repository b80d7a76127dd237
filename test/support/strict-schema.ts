import { z } from "zod";

const strictForms = new WeakMap<z.ZodType, z.ZodType>();

function build(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape).map(([name, member]) => [name, strict(member)]);
    const shape = Object.fromEntries(members);
    return schema.def.catchall instanceof z.ZodUnknown
      ? z.looseObject(shape)
      : z.strictObject(shape);
  }
  if (schema instanceof z.ZodArray) return z.array(strict(schema.element));
  if (schema instanceof z.ZodNullable) return strict(schema.unwrap()).nullable();
  if (schema instanceof z.ZodOptional) return strict(schema.unwrap()).optional();
  return schema;
}

/** The same schema, with every object in it refusing what it does not list. */
export function strict(schema: z.core.$ZodType): z.ZodType {
  // zod types the members of its schemas as the core type; all ours are made by zod's full API.
  const whole = schema as z.ZodType;
  const known = strictForms.get(whole);
  if (known) return known;
  const made = build(whole);
  strictForms.set(whole, made);
  return made;
}
