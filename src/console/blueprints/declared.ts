import {
  type Declaration,
  type Declarations,
  type VariableType,
  variableTypes,
} from "../../polykomos/blueprints/sql/variables.ts";

/**
 * The variables of a blueprint as rows of a form, and back. A row that was not touched gives exactly
 * the declaration it was made of, so that saving changes nothing that was not meant. Pure.
 */
export type Row = {
  name: string;
  type: string;
  need: "needed" | "optional";
  byDefault: string;
  description: string;
  pattern: string;
  /** A value on each line. */
  allowed: string;
  /** The declaration that it shows, as JSON; empty for a new one. */
  original: string;
  /** Made by us, because the SQL uses the name. */
  isFound: boolean;
};

export const blankRow: Row = {
  name: "",
  type: "string",
  need: "needed",
  byDefault: "",
  description: "",
  pattern: "",
  allowed: "",
  original: "",
  isFound: false,
};

export function foundRow(name: string): Row {
  return { ...blankRow, name, isFound: true };
}

export function rowsOf(declarations: Declarations | null): Row[] {
  return Object.entries(declarations ?? {}).map(([name, declaration]) => ({
    ...fieldsOf(declaration),
    name,
    original: JSON.stringify(declaration),
    isFound: false,
  }));
}

/** Whether a value has to be given, were there no default. */
export function isRequired(of: Declaration): boolean {
  return of.required ?? of.default === undefined;
}

export function hasDefault(of: Declaration): boolean {
  return of.default !== undefined && of.default !== null;
}

function fieldsOf(of: Declaration): Omit<Row, "name" | "original" | "isFound"> {
  return {
    type: of.type ?? "string",
    need: isRequired(of) ? "needed" : "optional",
    byDefault: hasDefault(of) ? asText(of.default) : "",
    description: of.description ?? "",
    pattern: of.pattern ?? "",
    allowed: (of.enum ?? []).map(asText).join("\n"),
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The rows that a form sent; those without a name are gone. */
export function rowsSent(form: URLSearchParams): Row[] {
  const column = (field: string) => form.getAll(`v_${field}`);
  const [types, needs, defaults] = [column("type"), column("need"), column("default")];
  const [descriptions, patterns] = [column("description"), column("pattern")];
  const [allowed, originals, founds] = [column("allowed"), column("original"), column("found")];
  const rows = column("name").map(
    (name, at): Row => ({
      name: name.trim(),
      type: types[at] ?? "string",
      need: needs[at] === "optional" ? "optional" : "needed",
      byDefault: defaults[at] ?? "",
      description: descriptions[at] ?? "",
      pattern: patterns[at] ?? "",
      allowed: (allowed[at] ?? "").replaceAll("\r\n", "\n"),
      original: originals[at] ?? "",
      isFound: founds[at] === "1",
    }),
  );
  return rows.filter(({ name }) => name !== "");
}

/** Whether we made the row and nobody has touched it: it goes when the SQL no longer has the name. */
export function isUntouched(row: Row): boolean {
  return row.isFound && JSON.stringify(row) === JSON.stringify(foundRow(row.name));
}

export function declarationsOf(rows: readonly Row[]): Declarations {
  return Object.fromEntries(rows.map((row) => [row.name, declarationOf(row)]));
}

function declarationOf(row: Row): Declaration {
  const original = originalOf(row);
  if (original) return original;
  const allowed = row.allowed.split("\n").filter((line) => line !== "");
  const type = variableTypes.find((each) => each === row.type) ?? "string";
  return {
    type,
    required: row.need === "needed",
    ...(row.byDefault === "" ? {} : { default: typedValue(type, row.byDefault) }),
    ...(row.description === "" ? {} : { description: row.description }),
    ...(row.pattern === "" ? {} : { pattern: row.pattern }),
    ...(allowed.length === 0 ? {} : { enum: allowed.map((line) => typedValue(type, line)) }),
  };
}

/** What the row was made of, when its fields still say the same. */
function originalOf(row: Row): Declaration | null {
  if (row.original === "") return null;
  try {
    const original: Declaration = JSON.parse(row.original);
    const fields = Object.entries(fieldsOf(original));
    const isSame = fields.every(([field, value]) => row[field as keyof Row] === value);
    return isSame ? original : null;
  } catch {
    // Not as we sent it: the fields themselves count.
    return null;
  }
}

/** What somebody typed, as a value of a type; what is none stays a text, for the API to refuse. */
export function typedValue(type: VariableType, text: string): unknown {
  switch (type) {
    case "integer":
    case "number":
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "json":
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    default:
      return text;
  }
}

/** In a form of values, the field of a variable. */
export function valueField(name: string): string {
  return `value_${name}`;
}

/** The values that a form sent; an empty field is none, and takes the default. */
export function valuesSent(
  declarations: Declarations | null,
  form: URLSearchParams,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(declarations ?? {}).flatMap(([name, declaration]) => {
      const text = (form.get(valueField(name)) ?? "").replaceAll("\r\n", "\n");
      if (text === "") return [];
      const type = declaration.enum ? "json" : (declaration.type ?? "string");
      return [[name, typedValue(type, text)]];
    }),
  );
}
