import type {
  Catalog,
  Column,
  ColumnKind,
  Table,
} from "../../src/polykomos/queries/catalog/catalog.ts";

/** A small shop: the tables of the questions' tests, as statements and as what a catalog says of them. */
export const shopTables: Record<"postgres" | "mysql", readonly string[]> = {
  postgres: [
    "CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, age int)",
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers (id), total numeric(10,2))",
    "CREATE VIEW big_customers AS SELECT id FROM customers WHERE age > 30",
    "INSERT INTO customers VALUES (1, 'Ada', 36), (2, 'Bob', 25), (3, 'Cyd', 41)",
    "INSERT INTO orders VALUES (1, 1, 10.50), (2, 1, 20), (3, 3, 5)",
  ],
  mysql: [
    "CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(100) NOT NULL, age INT)",
    "CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT, total DECIMAL(10,2), FOREIGN KEY (customer_id) REFERENCES customers (id))",
    "CREATE VIEW big_customers AS SELECT id FROM customers WHERE age > 30",
    "INSERT INTO customers VALUES (1, 'Ada', 36), (2, 'Bob', 25), (3, 'Cyd', 41)",
    "INSERT INTO orders VALUES (1, 1, 10.50), (2, 1, 20), (3, 3, 5)",
  ],
};

function column(name: string, kind: ColumnKind, type: string): Column {
  return { name, kind, type, isNullable: true, comment: null, values: [] };
}

function table(schema: string, name: string, columns: Column[]): Table {
  return {
    schema,
    name,
    isView: name === "big_customers",
    comment: null,
    rowEstimate: 3,
    columns,
    primaryKey: ["id"],
    uniques: [],
    foreignKeys:
      name === "orders"
        ? [{ columns: ["customer_id"], schema, table: "customers", references: ["id"] }]
        : [],
  };
}

/** What the shop's catalog says; `schema` is the database's name on MySQL. */
export function shopCatalog(schema = "public"): Catalog {
  return {
    tables: [
      table(schema, "customers", [
        column("id", "number", "integer"),
        column("name", "text", "text"),
        column("age", "number", "integer"),
      ]),
      table(schema, "orders", [
        column("id", "number", "integer"),
        column("customer_id", "number", "integer"),
        column("total", "number", "numeric(10,2)"),
      ]),
      table(schema, "big_customers", [column("id", "number", "integer")]),
    ],
  };
}
