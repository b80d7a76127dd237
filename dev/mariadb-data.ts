import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { failure } from "./failure.ts";
import { bootstrapScript, type MariadbPrograms } from "./mariadb-programs.ts";
import type { Account } from "./postgres-account.ts";
import { clusterFolder, copyData } from "./postgres-cluster.ts";

export type DataOptions = {
  home: string;
  account: Account | null;
  programs: MariadbPrograms;
  password: string;
  /** The flags that the server itself gets for its storage. */
  storageFlags: readonly string[];
  /** The home of a stopped server, whose data is copied instead of made. */
  copyOf?: string;
};

const PARTIAL = "cluster.partial-";
const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;
const SMALLEST_SYSTEM_SPACE_BYTES = 1024 * 1024;

/** The one login of a new server: everything, from this machine. */
export const ADMIN_USER = "root";

const scriptNames = ["system_tables", "performance_tables", "system_tables_data"];
const laterScriptNames = ["maria_add_gis_sp_bootstrap", "sys_schema"];

/** Makes the data folder where there is none; a failure when the one there is damaged. */
export async function prepareData(options: DataOptions): Promise<void> {
  for (const name of readdirSync(options.home)) {
    // Left by a start that was killed while it made one.
    if (name.startsWith(PARTIAL)) rmSync(join(options.home, name), { recursive: true });
  }
  const data = clusterFolder(options.home);
  if (!existsSync(data)) return await makeData(options);
  const damage = findDamage(data);
  if (damage === null) return;
  throw failure(`The data in ${data} is damaged (${damage}). Start empty: npm start -- --fresh`);
}

function findDamage(data: string): string | null {
  const space = statSync(join(data, "ibdata1"), { throwIfNoEntry: false });
  if (space === undefined) return "ibdata1 is missing";
  if (space.size < SMALLEST_SYSTEM_SPACE_BYTES) return "ibdata1 is cut off";
  return existsSync(join(data, "mysql")) ? null : "the folder mysql is missing";
}

/** Under another name until it is complete, so that half a data folder is never taken for one. */
async function makeData(options: DataOptions): Promise<void> {
  const { home, account, programs, copyOf } = options;
  const partial = join(home, `${PARTIAL}${process.pid}`);
  if (copyOf !== undefined) {
    await copyData(copyOf, partial);
    return renameSync(partial, clusterFolder(home));
  }
  mkdirSync(partial);
  chmodSync(partial, OWNER_ONLY_FOLDER);
  if (account !== null) chownSync(partial, account.uid, account.gid);
  if (programs.scripts === null) await initialize(options, partial);
  else await bootstrap(options, partial, programs.scripts);
  renameSync(partial, clusterFolder(home));
}

/** MariaDB's own script for this wants further programs, and lets anyone on the machine in as root. */
async function bootstrap(options: DataOptions, folder: string, scripts: string): Promise<void> {
  const texts = [...scriptNames, ...laterScriptNames].map((name) => {
    const path = bootstrapScript(scripts, name);
    if (path === null) throw failure(`MariaDB's script ${name}.sql is missing in ${scripts}`);
    return readFileSync(path, "utf8");
  });
  const input = [
    "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n",
    ...texts,
    "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';\n",
    "DELETE FROM mysql.proxies_priv;\n",
    `INSERT INTO mysql.global_priv VALUES ('127.0.0.1', '${ADMIN_USER}', '${adminRights(options.password)}');\n`,
  ].join("\n");
  await runServer(options, ["--bootstrap", `--datadir=${folder}`], input);
}

function adminRights(password: string): string {
  const once = createHash("sha1").update(password).digest();
  const hash = createHash("sha1").update(once).digest("hex").toUpperCase();
  return `{"access":18446744073709551615,"plugin":"mysql_native_password","authentication_string":"*${hash}"}`;
}

async function initialize(options: DataOptions, folder: string): Promise<void> {
  const file = join(options.home, "first-login.sql");
  rmSync(file, { force: true });
  const login = `'${ADMIN_USER}'@'127.0.0.1'`;
  const statements = [
    `CREATE USER ${login} IDENTIFIED BY '${options.password}';`,
    `GRANT ALL ON *.* TO ${login} WITH GRANT OPTION;`,
    `DROP USER '${ADMIN_USER}'@'localhost';`,
  ];
  writeFileSync(file, `${statements.join("\n")}\n`, { mode: OWNER_ONLY_FILE });
  if (options.account !== null) chownSync(file, options.account.uid, options.account.gid);
  try {
    const words = ["--initialize-insecure", `--init-file=${file}`, `--datadir=${folder}`];
    await runServer(options, words, "");
  } finally {
    rmSync(file);
  }
}

function runServer(options: DataOptions, words: string[], input: string): Promise<void> {
  const { programs, account, home, storageFlags } = options;
  // What is made here is whole only at its end, so only that has to reach the disk.
  const flags = [...storageFlags, "--innodb-flush-log-at-trx-commit=0", "--loose-sync-frm=0"];
  const child = spawn(programs.server, ["--no-defaults", ...words, ...flags], {
    cwd: home,
    stdio: ["pipe", "ignore", "pipe"],
    env: { LC_ALL: "C", TZ: "UTC" },
    ...(account !== null && { uid: account.uid, gid: account.gid }),
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk;
  });
  // Told by the exit instead, with the server's own words.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const error = firstError(complaint);
      if (code === 0 && error === "") resolve();
      else reject(failure(`MariaDB's data could not be made: ${error || "it gave no reason"}`));
    });
  });
}

/** The first serious line of a server's output without its time; empty when there is none. */
export function firstError(output: string): string {
  const line = output.split("\n").find((text) => /\[ERROR\]|^ERROR/.test(text)) ?? "";
  return line.replace(/^.*?ERROR\]?:?\s*/, "");
}
