/**
 * The port to customers' database servers. An engine does one thing per method, each safe to
 * repeat: what already is as asked stays as it is. A server that cannot be reached is a Fault
 * `server_unreachable`; what it refuses is its own error, with an SQLSTATE.
 */
export type EngineName = "postgres" | "mysql";

/** How a server is reached: through Neon's proxy, or by itself. */
export type Transport = "neon" | "tcp";

export type FleetServer = {
  name: string;
  engine: EngineName;
  transport: Transport;
  /** Where the control plane reaches it. */
  host: string;
  port: number;
  tls: boolean;
  adminUser: string;
  adminPassword: string;
};

/** A server as the store holds it. */
export type SealedServer = Omit<FleetServer, "adminPassword"> & { adminPasswordSealed: string };

/** One customer database as the engine needs to know it. */
export type Tenant = {
  databaseId: number;
  uuid: string;
  /** The database's name on the server once it has been named. */
  dbName: string;
  /** The login that this work is about: one of the database's two, and its password. */
  login: string;
  password: string;
  /** Sessions the login may have open at once. */
  connectionLimit: number;
  /** What the customer connects to. */
  advertisedHost: string;
  /** Over its storage limit: its logins may read and make room, and not write. */
  areWritesStopped?: boolean;
};

/** Which of its two names a database has on its server by now. */
export type NameStage = "working" | "customer";

/**
 * Work on one tenant of one server. Sessions are opened when first needed and kept until `close`.
 * Only one work on a tenant goes on at a time: a new one ends what a dead runner left running.
 */
export type TenantWork = {
  /** Makes the login, or gives it the tenant's password and limits again. */
  createLogin(): Promise<void>;
  /** Makes the database under its working name, closed to everyone but its login. */
  createDatabase(): Promise<void>;
  /** Gives the login its rights inside the database. */
  secure(name: NameStage): Promise<void>;
  /** Gives the database its customer's name. */
  nameDatabase(): Promise<void>;
  /** Gives a database from the pool its customer's name and connection limit. */
  adopt(): Promise<void>;
  /** Logs in as the customer through the advertised host and runs `SELECT 1`. */
  checkLogin(name: NameStage): Promise<void>;
  setConnectionLimit(): Promise<void>;
  /** Lets the tenant's login in beside the database's other one, to the same things. */
  admitLogin(): Promise<void>;
  /** Refuses one of the two logins for good and ends its sessions; what it made stays in use. */
  endLogin(which: "own" | "other"): Promise<void>;
  /** Has the server refuse writes, or take them again, as the tenant says. */
  settleWrites(): Promise<void>;
  /** Refuses new logins and ends open sessions; data stays. */
  lockOut(): Promise<void>;
  /** Removes database and login. */
  destroy(): Promise<void>;
  close(): Promise<void>;
};

/** What a customer's database takes up on its server. */
export type Usage = {
  /** Its name there. */
  dbName: string;
  storageBytes: number;
  /** Sessions that its logins have open. */
  connections: number;
  /** Bytes of its files with what is free inside them, where the engine tells the two apart. */
  fileBytes: number;
  /** It has tables whose size only a look into the database tells. */
  hasOtherTables: boolean;
};

/** Something on a server that has the shape of a tenant's; with our mark it is one's. */
export type Remains = {
  kind: "login" | "database";
  name: string;
  databaseId: number | null;
  isMarked: boolean;
};

/** What of tenants stands on a server, and the control plane whose it is; null: nobody's yet. */
export type Catalog = { owner: string | null; remains: Remains[] };

export type Engine = {
  /** Closes what a stock server leaves open to every login. Run when a server is registered. */
  prepareServer(server: FleetServer): Promise<void>;
  /**
   * Finds out whether the server takes work: lets the operator in, answers, and is as `prepareServer`
   * left it; what is not is put right. Throws the reason when it does not.
   */
  checkServer(server: FleetServer): Promise<void>;
  workOn(server: FleetServer, tenant: Tenant): TenantWork;
  /** What the customers' databases take up; those in `inDetail`, by name, are looked into. */
  measure(server: FleetServer, inDetail: readonly string[]): Promise<Usage[]>;
  /** All logins and databases on the server that are, or look like, tenants'. */
  readCatalog(server: FleetServer): Promise<Catalog>;
  /** Puts the name of a control plane on a server that bears none. */
  claimServer(server: FleetServer, installation: string): Promise<void>;
  /** Removes what belongs to no tenant, if it still bears our mark. */
  removeRemains(server: FleetServer, remains: Remains): Promise<void>;
};

export type Fleet = Record<EngineName, Engine>;

/** The first login of a database: `u` and the database's id. What a customer makes is always its. */
export function loginName(databaseId: number): string {
  return `u${databaseId}`;
}

/** The second login: the two take turns, so that one works on while the other is brought in. */
export function twinName(databaseId: number): string {
  return `u${databaseId}b`;
}

/** The login that is current after so many rotations. */
export function loginAfter(databaseId: number, rotations: number): string {
  return rotations % 2 === 0 ? loginName(databaseId) : twinName(databaseId);
}

/** The one of a database's two logins that the given one is not. */
export function otherLogin(databaseId: number, login: string): string {
  return login === loginName(databaseId) ? twinName(databaseId) : loginName(databaseId);
}

/** The login that answers questions: it may read the database's tables and nothing else. */
export function readerName(databaseId: number): string {
  return `q${databaseId}_ro`;
}

/** The database's id in a login's or working name; `null` for any other name. */
export function databaseIdOf(name: string): number | null {
  const digits = /^(?:u(\d{1,15})b?|_p(\d{1,15})|q(\d{1,15})_ro)$/.exec(name);
  const found = digits?.[1] ?? digits?.[2] ?? digits?.[3];
  return found === undefined ? null : Number(found);
}

/** The name a database has on its server until it is given its customer's. */
export function workingName(databaseId: number): string {
  return `_p${databaseId}`;
}

/** Databases that every server has of its own; a customer's gets a suffix instead. */
export const reservedDatabaseNames: readonly string[] = [
  "postgres",
  "template0",
  "template1",
  "polypuma",
  "mysql",
  "sys",
  "information_schema",
  "performance_schema",
  "test",
];

/** Longest database name both engines take, in bytes (PostgreSQL's NAMEDATALEN - 1). */
export const databaseNameBytesMax = 63;
