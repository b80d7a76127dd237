import type { Catalog, Column, Table } from "../../src/polykomos/queries/catalog/catalog.ts";
import { columnKind } from "../../src/polykomos/queries/catalog/column-kind.ts";

/**
 * A catalog from lines such as `customers: id int pk, name text, city text = Paris | Rome`. `->` names
 * the table that a column points to by its id.
 */
function catalogOf(text: string, schema = "public"): Catalog {
  const lines = text.trim().split("\n");
  return { tables: lines.map((line) => tableOf(line, schema)) };
}

function tableOf(line: string, schema: string): Table {
  const [name = "", rest = ""] = line.trim().split(/:\s+/);
  const parts = rest.split(/,\s+/);
  const table: Table = {
    schema,
    name,
    isView: false,
    comment: null,
    rowEstimate: 100,
    columns: parts.map(columnOf),
    primaryKey: parts.flatMap((part) => (/ pk\b/.test(part) ? [part.split(" ")[0] ?? ""] : [])),
    uniques: [],
    foreignKeys: [],
  };
  for (const part of parts) {
    const [, target] = /-> (\w+)/.exec(part) ?? [];
    const [column = ""] = part.split(" ");
    if (target)
      table.foreignKeys.push({ columns: [column], schema, table: target, references: ["id"] });
  }
  return table;
}

function columnOf(part: string): Column {
  const [definition = "", values = ""] = part.split(" = ");
  const [name = "", type = ""] = definition.trim().split(" ");
  return {
    name,
    type,
    kind: columnKind(type),
    isNullable: !/ pk\b/.test(definition),
    comment: null,
    values: values === "" ? [] : values.split("|").map((value) => value.trim()),
  };
}

export const shop = catalogOf(`
customers: id int pk, name text = Ada Lovelace | Grace Hopper, email text, city text = Paris | Rome | Berlin, country text = France | Italy | Germany, birth_date date, gender text = F | M
products: id int pk, name text = Lamp | Chair | Desk, price numeric, category_id int -> categories, weight numeric, stock int
categories: id int pk, name text = Furniture | Lighting | Books
orders: id int pk, customer_id int -> customers, order_date date, status text = open | shipped | cancelled, total numeric
order_items: order_id int -> orders, product_id int -> products, quantity int
employees: id int pk, first_name text, last_name text, salary numeric, hire_date date, manager_id int
reviews: id int pk, product_id int -> products, customer_id int -> customers, rating int, body text, created_at timestamp
suppliers: id int pk, name text, country text = Spain | Norway
`);

export const clinic = catalogOf(`
patients: id int pk, first_name text, last_name text, birth_date date, gender text = F | M, blood_type text = A | B | AB | O
doctors: id int pk, name text, specialty text = Cardiology | Oncology, hire_date date
appointments: id int pk, patient_id int -> patients, doctor_id int -> doctors, scheduled_at timestamp, status text = done | missed
medications: id int pk, name text, dosage int
`);

export const school = catalogOf(`
students: id int pk, name text, age int, major text = History | Physics
teachers: id int pk, name text, department text = Science | Arts
courses: id int pk, title text, credits int, teacher_id int -> teachers
enrollments: student_id int -> students, course_id int -> courses, grade numeric
`);

/** With columns that say yes or no, each stored in another way. */
export const flags = catalogOf(`
products: id int pk, name text = Lamp | Chair, price numeric, discontinued boolean, is_featured boolean, in_stock boolean, category_id int -> categories
categories: id int pk, name text = Books | Lighting
customers: id int pk, name text, city text = Paris | Rome, is_active int, newsletter tinyint(1)
orders: id int pk, customer_id int -> customers, order_date date, paid boolean, shipped boolean, total numeric
medicines: id int pk, name text, approved text = Yes | No
`);
