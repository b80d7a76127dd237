import type { ErrorCode } from "./findings.ts";

/**
 * PostgreSQL's statements by the names of its own syntax tree: what each is called here, and which a
 * blueprint may not hold. A statement that is in neither table is refused.
 */
export const kinds: Record<string, string> = {
  AlterCollationStmt: "alter_collation",
  AlterDomainStmt: "alter_domain",
  AlterEnumStmt: "alter_type",
  AlterExtensionContentsStmt: "alter_extension",
  AlterExtensionStmt: "alter_extension",
  AlterFunctionStmt: "alter_function",
  AlterObjectDependsStmt: "alter_object",
  AlterObjectSchemaStmt: "alter_object",
  AlterOpFamilyStmt: "alter_operator_family",
  AlterOperatorStmt: "alter_operator",
  AlterPolicyStmt: "alter_policy",
  AlterSeqStmt: "alter_sequence",
  AlterStatsStmt: "alter_statistics",
  AlterTSConfigurationStmt: "alter_text_search",
  AlterTSDictionaryStmt: "alter_text_search",
  AlterTableStmt: "alter_table",
  AlterTypeStmt: "alter_type",
  CallStmt: "call",
  CommentStmt: "comment",
  CompositeTypeStmt: "create_type",
  CopyStmt: "copy",
  ConstraintsSetStmt: "set_constraints",
  CreateAmStmt: "create_access_method",
  CreateCastStmt: "create_cast",
  CreateConversionStmt: "create_conversion",
  CreateDomainStmt: "create_domain",
  CreateEnumStmt: "create_type",
  CreateEventTrigStmt: "create_event_trigger",
  CreateExtensionStmt: "create_extension",
  CreateFunctionStmt: "create_function",
  CreateOpClassStmt: "create_operator_class",
  CreateOpFamilyStmt: "create_operator_family",
  CreatePolicyStmt: "create_policy",
  CreateRangeStmt: "create_type",
  CreateSchemaStmt: "create_schema",
  CreateSeqStmt: "create_sequence",
  CreateStatsStmt: "create_statistics",
  CreateStmt: "create_table",
  CreateTableAsStmt: "create_table",
  CreateTrigStmt: "create_trigger",
  DefineStmt: "define",
  DeleteStmt: "delete",
  DoStmt: "do",
  DropStmt: "drop",
  ExplainStmt: "explain",
  IndexStmt: "create_index",
  InsertStmt: "insert",
  MergeStmt: "merge",
  RefreshMatViewStmt: "refresh_materialized_view",
  RenameStmt: "rename",
  RuleStmt: "create_rule",
  SelectStmt: "select",
  TruncateStmt: "truncate",
  UpdateStmt: "update",
  VariableSetStmt: "set",
  VariableShowStmt: "show",
  ViewStmt: "create_view",
};

const links = "links to other servers are not offered";
const session = "it works on a session that ends with the application";
const tablespaces = "tablespaces are the operator's";

const refusedKinds: readonly [code: ErrorCode, message: string, kinds: readonly string[]][] = [
  [
    "database_statement",
    "ALTER DATABASE",
    ["AlterDatabaseRefreshCollStmt", "AlterDatabaseSetStmt", "AlterDatabaseStmt"],
  ],
  ["grant", "default privileges", ["AlterDefaultPrivilegesStmt"]],
  ["system_setting", "event triggers are the operator's", ["AlterEventTrigStmt"]],
  [
    "server_link",
    links,
    [
      "AlterFdwStmt",
      "AlterForeignServerStmt",
      "AlterPublicationStmt",
      "AlterSubscriptionStmt",
      "AlterUserMappingStmt",
      "CreateFdwStmt",
      "CreateForeignServerStmt",
      "CreateForeignTableStmt",
      "CreatePublicationStmt",
      "CreateSubscriptionStmt",
      "CreateUserMappingStmt",
      "DropSubscriptionStmt",
      "DropUserMappingStmt",
      "ImportForeignSchemaStmt",
    ],
  ],
  ["role", "OWNER TO: all belongs to the database's own login", ["AlterOwnerStmt"]],
  ["role", "ALTER ROLE", ["AlterRoleSetStmt", "AlterRoleStmt"]],
  ["system_setting", "ALTER SYSTEM", ["AlterSystemStmt"]],
  [
    "database_statement",
    tablespaces,
    [
      "AlterTableMoveAllStmt",
      "AlterTableSpaceOptionsStmt",
      "CreateTableSpaceStmt",
      "DropTableSpaceStmt",
    ],
  ],
  ["system_setting", "CHECKPOINT is the operator's", ["CheckPointStmt"]],
  [
    "session_statement",
    session,
    [
      "ClosePortalStmt",
      "DeallocateStmt",
      "DeclareCursorStmt",
      "DiscardStmt",
      "ExecuteStmt",
      "FetchStmt",
      "ListenStmt",
      "NotifyStmt",
      "PrepareStmt",
      "UnlistenStmt",
    ],
  ],
  ["not_in_transaction", "CLUSTER is maintenance, not a change", ["ClusterStmt"]],
  ["unsafe_extension", "CREATE LANGUAGE", ["CreatePLangStmt"]],
  ["role", "CREATE ROLE", ["CreateRoleStmt"]],
  ["unsafe_extension", "CREATE TRANSFORM", ["CreateTransformStmt"]],
  ["database_statement", "CREATE DATABASE", ["CreatedbStmt"]],
  ["role", "DROP OWNED", ["DropOwnedStmt"]],
  ["role", "DROP ROLE", ["DropRoleStmt"]],
  ["drop_database", "DROP DATABASE", ["DropdbStmt"]],
  ["grant", "GRANT and REVOKE", ["GrantRoleStmt", "GrantStmt"]],
  ["file_access", "LOAD", ["LoadStmt"]],
  ["transaction_control", "LOCK: the application takes its own locks", ["LockStmt"]],
  ["role", "REASSIGN OWNED", ["ReassignOwnedStmt"]],
  ["not_in_transaction", "REINDEX is maintenance, not a change", ["ReindexStmt"]],
  ["role", "SECURITY LABEL", ["SecLabelStmt"]],
  ["transaction_control", "the application is one transaction already", ["TransactionStmt"]],
  ["not_in_transaction", "VACUUM and ANALYZE: it cannot run in a transaction", ["VacuumStmt"]],
];

/** Refused wherever they stand in a statement, by the name of their node. */
export const refusals: Readonly<Record<string, { code: ErrorCode; message: string }>> =
  Object.fromEntries(
    refusedKinds.flatMap(([code, message, kinds]) =>
      kinds.map((kind) => [kind, { code, message }]),
    ),
  );

/** Functions that reach out of the database, by name; a trailing `*` stands for any ending. */
export const refusedFunctions: readonly { name: string; code: ErrorCode }[] = [
  { name: "dblink*", code: "server_link" },
  { name: "postgres_fdw_*", code: "server_link" },
  { name: "pg_read_file*", code: "file_access" },
  { name: "pg_read_binary_file*", code: "file_access" },
  { name: "pg_stat_file", code: "file_access" },
  { name: "pg_ls_*", code: "file_access" },
  { name: "pg_file_*", code: "file_access" },
  { name: "lo_import", code: "file_access" },
  { name: "lo_export", code: "file_access" },
  { name: "pg_reload_conf", code: "system_setting" },
  { name: "pg_rotate_logfile", code: "system_setting" },
  { name: "pg_switch_wal", code: "system_setting" },
  { name: "pg_promote", code: "system_setting" },
  { name: "pg_backup_*", code: "system_setting" },
  { name: "pg_create_*", code: "system_setting" },
  { name: "pg_drop_replication_slot", code: "system_setting" },
  { name: "pg_logical_*", code: "system_setting" },
  { name: "pg_replication_*", code: "system_setting" },
  { name: "pg_terminate_backend", code: "system_setting" },
  { name: "pg_cancel_backend", code: "system_setting" },
  { name: "pg_advisory_*", code: "transaction_control" },
  { name: "pg_try_advisory_*", code: "transaction_control" },
];

/** Extensions that reach other servers, files or the machine. */
export const refusedExtensions: readonly string[] = [
  "adminpack",
  "amcheck",
  "autoinc",
  "dblink",
  "file_fdw",
  "http",
  "mysql_fdw",
  "oracle_fdw",
  "pageinspect",
  "pg_buffercache",
  "pg_cron",
  "pg_net",
  "pg_prewarm",
  "pg_surgery",
  "pg_walinspect",
  "postgres_fdw",
];

/** Languages whose functions stay inside the database. */
export const trustedLanguages: readonly string[] = ["sql", "plpgsql", "pltcl", "plperl"];

/** Settings that change how the rest of the script is read, or on whose behalf it runs. */
export function settingRefusal(name: string, value: string): ErrorCode | null {
  switch (name.toLowerCase()) {
    case "role":
    case "session_authorization":
      return "role";
    case "transaction":
    case "session characteristics":
    case "transaction_isolation":
    case "transaction_read_only":
    case "transaction_deferrable":
    case "transaction snapshot":
      return "transaction_control";
    case "standard_conforming_strings":
      return /^(on|true|1|yes)$/i.test(value) ? null : "unsafe_setting";
    case "backslash_quote":
    case "escape_string_warning":
      return null;
    case "client_encoding":
    case "names":
      return /^'?utf-?8'?$/i.test(value) ? null : "unsafe_setting";
    default:
      return null;
  }
}
