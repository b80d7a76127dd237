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
const outside = "it cannot run in a transaction";

/** Refused wherever they stand in a statement. */
export const refusals: Record<string, { code: ErrorCode; message: string }> = {
  AlterDatabaseRefreshCollStmt: { code: "database_statement", message: "ALTER DATABASE" },
  AlterDatabaseSetStmt: { code: "database_statement", message: "ALTER DATABASE" },
  AlterDatabaseStmt: { code: "database_statement", message: "ALTER DATABASE" },
  AlterDefaultPrivilegesStmt: { code: "grant", message: "default privileges" },
  AlterEventTrigStmt: { code: "system_setting", message: "event triggers are the operator's" },
  AlterFdwStmt: { code: "server_link", message: links },
  AlterForeignServerStmt: { code: "server_link", message: links },
  AlterOwnerStmt: { code: "role", message: "OWNER TO: all belongs to the database's own login" },
  AlterPublicationStmt: { code: "server_link", message: links },
  AlterRoleSetStmt: { code: "role", message: "ALTER ROLE" },
  AlterRoleStmt: { code: "role", message: "ALTER ROLE" },
  AlterSubscriptionStmt: { code: "server_link", message: links },
  AlterSystemStmt: { code: "system_setting", message: "ALTER SYSTEM" },
  AlterTableMoveAllStmt: { code: "database_statement", message: "tablespaces are the operator's" },
  AlterTableSpaceOptionsStmt: {
    code: "database_statement",
    message: "tablespaces are the operator's",
  },
  AlterUserMappingStmt: { code: "server_link", message: links },
  CheckPointStmt: { code: "system_setting", message: "CHECKPOINT is the operator's" },
  ClosePortalStmt: { code: "session_statement", message: session },
  ClusterStmt: { code: "not_in_transaction", message: "CLUSTER is maintenance, not a change" },
  CreateFdwStmt: { code: "server_link", message: links },
  CreateForeignServerStmt: { code: "server_link", message: links },
  CreateForeignTableStmt: { code: "server_link", message: links },
  CreatePLangStmt: { code: "unsafe_extension", message: "CREATE LANGUAGE" },
  CreatePublicationStmt: { code: "server_link", message: links },
  CreateRoleStmt: { code: "role", message: "CREATE ROLE" },
  CreateSubscriptionStmt: { code: "server_link", message: links },
  CreateTableSpaceStmt: { code: "database_statement", message: "tablespaces are the operator's" },
  CreateTransformStmt: { code: "unsafe_extension", message: "CREATE TRANSFORM" },
  CreateUserMappingStmt: { code: "server_link", message: links },
  CreatedbStmt: { code: "database_statement", message: "CREATE DATABASE" },
  DeallocateStmt: { code: "session_statement", message: session },
  DeclareCursorStmt: { code: "session_statement", message: session },
  DiscardStmt: { code: "session_statement", message: session },
  DropOwnedStmt: { code: "role", message: "DROP OWNED" },
  DropRoleStmt: { code: "role", message: "DROP ROLE" },
  DropSubscriptionStmt: { code: "server_link", message: links },
  DropTableSpaceStmt: { code: "database_statement", message: "tablespaces are the operator's" },
  DropUserMappingStmt: { code: "server_link", message: links },
  DropdbStmt: { code: "drop_database", message: "DROP DATABASE" },
  ExecuteStmt: { code: "session_statement", message: session },
  FetchStmt: { code: "session_statement", message: session },
  GrantRoleStmt: { code: "grant", message: "GRANT and REVOKE" },
  GrantStmt: { code: "grant", message: "GRANT and REVOKE" },
  ImportForeignSchemaStmt: { code: "server_link", message: links },
  ListenStmt: { code: "session_statement", message: session },
  LoadStmt: { code: "file_access", message: "LOAD" },
  LockStmt: { code: "transaction_control", message: "LOCK: the application takes its own locks" },
  NotifyStmt: { code: "session_statement", message: session },
  PrepareStmt: { code: "session_statement", message: session },
  ReassignOwnedStmt: { code: "role", message: "REASSIGN OWNED" },
  ReindexStmt: { code: "not_in_transaction", message: "REINDEX is maintenance, not a change" },
  SecLabelStmt: { code: "role", message: "SECURITY LABEL" },
  TransactionStmt: {
    code: "transaction_control",
    message: "the application is one transaction already",
  },
  UnlistenStmt: { code: "session_statement", message: session },
  VacuumStmt: { code: "not_in_transaction", message: `VACUUM and ANALYZE: ${outside}` },
};

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
