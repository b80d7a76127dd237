/**
 * What a check of a script may find: the closed list of rule codes and what each means. A code never
 * changes its meaning; `docs/blueprints.md` lists them all.
 */
export const errorCodes = {
  empty_script: "The script has no statement.",
  syntax: "The engine's grammar cannot read it.",
  too_complex: "It is nested deeper than can be read.",
  too_many_statements: "It has more statements than a blueprint may have.",
  unreadable_character: "NUL and lone surrogates are no text.",
  malformed_placeholder: "Braces outside quotes that are no placeholder and no engine block.",
  undeclared_variable: "A placeholder whose variable is not declared.",
  variable_in_quotes: "A declared variable's placeholder stands inside quotes.",
  wrong_placeholder: "A placeholder does not fit its variable's type.",
  drop_database: "DROP DATABASE.",
  drop_schema: "DROP SCHEMA.",
  database_statement: "CREATE DATABASE, ALTER DATABASE, tablespaces.",
  role: "Roles, users, ownership and acting as somebody else.",
  grant: "GRANT, REVOKE and default privileges.",
  copy_program: "COPY from or to a program.",
  copy_file: "COPY from or to a file of the server.",
  copy_stdin: "COPY from or to the client: a blueprint has no data beside it.",
  file_access: "Reading or writing files of the server, loading libraries.",
  server_link: "Links to other servers: dblink, foreign servers, subscriptions.",
  transaction_control: "BEGIN, COMMIT, ROLLBACK, savepoints, locks on tables.",
  use_database: "USE.",
  cross_database: "A name in another database.",
  system_setting: "SET GLOBAL, ALTER SYSTEM, server administration.",
  unsafe_setting: "A setting that changes how the script itself is read.",
  not_in_transaction: "It cannot run in a transaction.",
  session_statement: "It works on a session that ends with the application.",
  unsafe_extension: "An extension or language that reaches beyond the database.",
  executable_comment: "A comment that MySQL executes.",
  delimiter: "DELIMITER without an end.",
} as const satisfies Record<string, string>;

export const warningCodes = {
  drop_table: "DROP TABLE: its rows are lost.",
  drop_column: "DROP COLUMN: its values are lost.",
  drop_object: "DROP of something else.",
  drop_cascade: "CASCADE drops what depends on it too.",
  truncate: "TRUNCATE: the table's rows are lost.",
  delete_without_where: "DELETE of all rows.",
  update_without_where: "UPDATE of all rows.",
  not_null_on_existing: "NOT NULL on a table that may have rows.",
  type_rewrite: "A change of a column's type rewrites the table.",
  missing_if_not_exists: "CREATE without IF NOT EXISTS fails the second time.",
  missing_if_exists: "DROP without IF EXISTS fails when there is nothing.",
  rename: "A rename breaks what uses the old name.",
  index_locks_table: "CREATE INDEX on an existing table holds up writes to it.",
  constraint_scan: "A constraint on an existing table reads all its rows under a lock.",
  enum_value: "A new enum value cannot be used before the application has ended.",
  dynamic_sql: "SQL that is put together when it runs cannot be checked.",
  session_setting: "A setting lasts only as long as the application.",
  result_not_kept: "The rows of a query are not kept.",
  placeholder_in_quotes: "Braces inside quotes are text and are not replaced.",
  engine_not_supported: "The script does not run on this engine.",
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof errorCodes;
export type WarningCode = keyof typeof warningCodes;

export type Finding<Code extends string = ErrorCode | WarningCode> = {
  code: Code;
  /** Counted from 1. */
  line: number;
  message: string;
};

/** Warnings that speak of data lost for good. */
export const destructiveCodes: readonly WarningCode[] = [
  "drop_table",
  "drop_column",
  "drop_cascade",
  "truncate",
  "delete_without_where",
  "update_without_where",
];

/** Warnings that speak of a script that fails, or does its work again, when it runs twice. */
export const onceOnlyCodes: readonly WarningCode[] = [
  "missing_if_not_exists",
  "missing_if_exists",
  "rename",
  "drop_column",
];
