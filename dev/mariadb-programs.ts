import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** A database server's program and the folder of its bootstrap scripts; `null` for MySQL's own. */
export type MariadbPrograms = { server: string; scripts: string | null };

/** What there is to run, or one line that says how to get it. */
type FoundMariadb = { programs: MariadbPrograms } | { missing: string };

const names = ["mariadbd", "mysqld"];
/** Debian keeps servers where ordinary users' PATH does not look. */
const otherFolders = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/mysql/bin"];
const scriptFolders = ["share/mysql", "share/mariadb", "share"];

const debianPackage = "mariadb-server-core";
/** For all that is asked of apt together. */
const aptTimeoutMs = 120_000;

/** Finds a server; root on a Debian machine gets its package when there is none. */
export async function findMariadb(): Promise<FoundMariadb> {
  const found = findServer() ?? ((await install()) ? findServer() : null);
  if (found !== null) return { programs: found };
  return {
    missing: `No MariaDB here, so there is PostgreSQL only. To have both: sudo apt-get install ${debianPackage}`,
  };
}

function findServer(): MariadbPrograms | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...otherFolders];
  for (const name of names) {
    for (const folder of folders) {
      const server = join(folder, name);
      if (!existsSync(server)) continue;
      const programs = describe(server);
      if (programs !== null) return programs;
    }
  }
  return null;
}

/** Null for what does not run, or is a MariaDB without its scripts. */
function describe(server: string): MariadbPrograms | null {
  const result = spawnSync(server, ["--no-defaults", "--version"], { encoding: "utf8", cwd: "/" });
  if (result.status !== 0) return null;
  if (!result.stdout.includes("MariaDB")) return { server, scripts: null };
  const base = dirname(dirname(server));
  const bases = [base, "/usr"];
  const scripts = bases
    .flatMap((each) => scriptFolders.map((folder) => join(each, folder)))
    .find((folder) => systemTables(folder) !== null);
  return scripts === undefined ? null : { server, scripts };
}

/** The script that makes the system's tables: it is named differently in newer versions. */
function systemTables(folder: string): string | null {
  return bootstrapScript(folder, "system_tables");
}

/** The path of `mariadb_<name>.sql`, by its older name where that is what there is. */
export function bootstrapScript(folder: string, name: string): string | null {
  const paths = [`mariadb_${name}.sql`, `mysql_${name}.sql`, `${name}.sql`];
  return paths.map((each) => join(folder, each)).find((path) => existsSync(path)) ?? null;
}

/** Installs the package where that needs nobody's word. True when apt says it did. */
async function install(): Promise<boolean> {
  if (process.geteuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  console.error(`Installing ${debianPackage} for MySQL databases …`);
  const words = ["install", "-y", "--no-install-recommends", debianPackage];
  const untilMs = performance.now() + aptTimeoutMs;
  // A fresh machine has no package lists yet.
  return (
    (await apt(words, untilMs)) || ((await apt(["update"], untilMs)) && (await apt(words, untilMs)))
  );
}

function apt(words: string[], untilMs: number): Promise<boolean> {
  // A network that swallows packets must not hold the start up.
  const patience = ["Acquire::Retries=0", "Acquire::http::Timeout=10", "DPkg::Lock::Timeout=20"];
  const child = spawn("apt-get", ["-q", ...patience.flatMap((each) => ["-o", each]), ...words], {
    stdio: "ignore",
    timeout: Math.max(1, Math.ceil(untilMs - performance.now())),
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}
