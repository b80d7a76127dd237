// MariaDB, or MySQL where that is what there is. Unlike PostgreSQL it is not in an npm package, so it
// may be missing.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { withMysql } from "./database-session.ts";
import { failure, hasCode } from "./failure.ts";
import { adminUser, damageOf, firstError, initializeData } from "./mariadb-data.ts";
import { findMariadb, type MariadbPrograms } from "./mariadb-programs.ts";
import { loopback } from "./ports.ts";
import { readIfThere } from "./private-file.ts";
import {
  type RunningServer,
  type ServerEngine,
  type ServerOptions,
  startServer,
} from "./server.ts";
import { makeServerFolder } from "./server-data.ts";
import { dataFolder, type ServerHome } from "./server-home.ts";
import { logFile, serverKinds } from "./server-process.ts";

type MariadbOptions = ServerOptions & {
  programs: MariadbPrograms;
  /** Server settings on top of ours, as `--name=value`. */
  flags?: readonly string[];
};

export type RunningMariadb = RunningServer;

const storageFlags = ["--loose-innodb-log-file-size=32M", "--innodb-buffer-pool-size=128M"];
const fastFlags = ["--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite"];
// Files of a bootstrap need no flush for the sake of tests; MySQL's own server has no such method.
const fastMariadbFlags = ["--innodb-flush-method=nosync"];
const ourFlags = [
  `--bind-address=${loopback}`,
  // No socket file: logins are asked for over loopback alone.
  "--socket=",
  "--skip-name-resolve",
  "--max-connections=300",
  "--character-set-server=utf8mb4",
  "--local-infile=0",
  "--default-time-zone=+00:00",
];
// Its second protocol would listen everywhere.
const mysqlFlags = ["--mysqlx=OFF"];

/**
 * A server when there is one or it can be had, otherwise `null` after `say` was given one line. On a
 * machine that checks changes (`CI=true`) a missing server is a failure.
 */
export async function startMariadbIfThere(
  options: Omit<MariadbOptions, "programs">,
  say: (line: string) => void,
): Promise<RunningMariadb | null> {
  const found = await findMariadb();
  if ("programs" in found) return await startMariadb({ ...options, programs: found.programs });
  if (process.env.CI === "true") throw failure(found.missing);
  say(found.missing);
  return null;
}

/** Starts the server and waits until it lets its operator in; a failure says what to do. */
export async function startMariadb(options: MariadbOptions): Promise<RunningMariadb> {
  return await startServer(options, (home) => engineIn(home, options));
}

function engineIn(home: ServerHome, options: MariadbOptions): ServerEngine {
  const { programs, fast = false, flags = [] } = options;
  const isMariadb = programs.scripts !== null;
  const data = dataFolder(home.path);
  // Of its own: a server that starts removes what others have under way in a folder they share.
  const temporary = join(home.path, "tmp");
  const ofStorage = [
    ...storageFlags,
    ...(fast ? fastFlags : []),
    ...(fast && isMariadb ? fastMariadbFlags : []),
    `--tmpdir=${temporary}`,
  ];
  return {
    kind: serverKinds.mariadb,
    user: adminUser,
    prepareHome() {
      rmSync(temporary, { recursive: true, force: true });
      makeServerFolder(temporary, home.account);
    },
    dataWith: (password) => ({
      makeData: (folder) =>
        initializeData({ home, programs, folder, password, storageFlags: ofStorage }),
      damageOf,
    }),
    programAt: (port) => ({
      path: programs.server,
      words: [
        "--no-defaults",
        `--datadir=${data}`,
        `--pid-file=${join(data, serverKinds.mariadb.idFile)}`,
        ...ourFlags,
        ...(isMariadb ? [] : mysqlFlags),
        ...ofStorage,
        ...flags,
        `--port=${port}`,
      ],
      isReady: () => readIfThere(logFile(home))?.includes("ready for connections") ?? false,
      complaintIn: firstError,
    }),
    logIn: (login) =>
      withMysql(login, async (connection) => {
        await connection.query("SELECT 1");
      }),
    isWrongPassword: (error) => hasCode(error, "ER_ACCESS_DENIED_ERROR"),
    passing: /Bind on TCP\/IP port|TCP\/IP port: Address already in use|Unable to lock/,
  };
}
