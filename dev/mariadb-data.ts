import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failure } from "./failure.ts";
import { ownerOnlyFile } from "./file-modes.ts";
import { bootstrapScript, type MariadbPrograms } from "./mariadb-programs.ts";
import { giveTo } from "./server-account.ts";
import type { ServerHome } from "./server-home.ts";
import { runToEnd } from "./server-process.ts";

type InitializeOptions = {
  home: ServerHome;
  programs: MariadbPrograms;
  /** An empty folder of the account's. */
  folder: string;
  password: string;
  /** The flags that the server itself gets for its storage. */
  storageFlags: readonly string[];
};

const systemSpaceBytesMin = 1024 * 1024;

/** The one login of a new server: everything, from this machine. */
export const adminUser = "root";

const scriptNames = [
  "system_tables",
  "performance_tables",
  "system_tables_data",
  "maria_add_gis_sp_bootstrap",
  "sys_schema",
];

/** Makes a data folder with one login; a failure says why it could not. */
export async function initializeData(options: InitializeOptions): Promise<void> {
  const { scripts } = options.programs;
  if (scripts === null) await initializeMysql(options);
  else await bootstrapMariadb(options, scripts);
}

/** What is wrong with a data folder, as far as its files show; null when nothing does. */
export function damageOf(data: string): string | null {
  const space = statSync(join(data, "ibdata1"), { throwIfNoEntry: false });
  if (space === undefined) return "ibdata1 is missing";
  if (space.size < systemSpaceBytesMin) return "ibdata1 is cut off";
  return existsSync(join(data, "mysql")) ? null : "the folder mysql is missing";
}

/** MariaDB's own script for this wants further programs, and lets anyone on the machine in as root. */
async function bootstrapMariadb(options: InitializeOptions, scripts: string): Promise<void> {
  const texts = scriptNames.map((name) => {
    const path = bootstrapScript(scripts, name);
    if (path === null) throw failure(`MariaDB's script ${name}.sql is missing in ${scripts}`);
    return readFileSync(path, "utf8");
  });
  const input = [
    "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n",
    ...texts,
    "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';\n",
    "DELETE FROM mysql.proxies_priv;\n",
    `INSERT INTO mysql.global_priv VALUES ('127.0.0.1', '${adminUser}', '${adminRights(options.password)}');\n`,
  ].join("\n");
  await runServer(options, ["--bootstrap"], input);
}

/** All rights, and the password as `mysql_native_password` keeps it: SHA1(SHA1(password)). */
function adminRights(password: string): string {
  const once = createHash("sha1").update(password).digest();
  const hash = createHash("sha1").update(once).digest("hex").toUpperCase();
  return `{"access":18446744073709551615,"plugin":"mysql_native_password","authentication_string":"*${hash}"}`;
}

async function initializeMysql(options: InitializeOptions): Promise<void> {
  const { home, password } = options;
  const file = join(home.path, "first-login.sql");
  rmSync(file, { force: true });
  const login = `'${adminUser}'@'127.0.0.1'`;
  const statements = [
    `CREATE USER ${login} IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO ${login} WITH GRANT OPTION;`,
    `DROP USER '${adminUser}'@'localhost';`,
  ];
  writeFileSync(file, `${statements.join("\n")}\n`, { mode: ownerOnlyFile });
  giveTo(home.account, file);
  try {
    await runServer(options, ["--initialize-insecure", `--init-file=${file}`], "");
  } finally {
    rmSync(file);
  }
}

async function runServer(
  { home, programs, folder, storageFlags }: InitializeOptions,
  words: readonly string[],
  input: string,
): Promise<void> {
  // What is made here is whole only at its end, so only that has to reach the disk.
  const flags = [...storageFlags, "--innodb-flush-log-at-trx-commit=0", "--loose-sync-frm=0"];
  const all = ["--no-defaults", ...words, `--datadir=${folder}`, ...flags];
  const { code, output } = await runToEnd(home, programs.server, all, input);
  const error = firstError(output);
  if (code === 0 && error === "") return;
  throw failure(`MariaDB's data could not be made: ${error || "it gave no reason"}`);
}

/** The first serious line of a server's output without its time; empty when there is none. */
export function firstError(output: string): string {
  const line = output.split("\n").find((text) => /\[ERROR\]|^ERROR/.test(text)) ?? "";
  return line.replace(/^.*?ERROR\]?:?\s*/, "");
}
