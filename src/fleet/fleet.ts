/**
 * The port to customers' database servers. An engine does one thing per method, each safe to
 * repeat: what already is as asked stays as it is. A server that cannot be reached is a Fault
 * `server_unreachable`; what it refuses is its own error, with an SQLSTATE.
 */
export type EngineName = "postgres" | "mysql";

export type FleetServer = {
  name: string;
  engine: EngineName;
  /** Where the control plane reaches it. */
  host: string;
  port: number;
  tls: boolean;
  adminUser: string;
  adminPassword: string;
};

/** One customer database as the engine needs to know it. */
export type Tenant = {
  databaseId: number;
  uuid: string;
  /** The database's name on the server once it has been named. */
  dbName: string;
  password: string;
  /** Sessions the login may have open at once. */
  connectionLimit: number;
  /** What the customer connects to. */
  advertisedHost: string;
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
  /** Refuses new logins and ends open sessions; data stays. */
  lockOut(): Promise<void>;
  /** Removes database and login. */
  destroy(): Promise<void>;
  close(): Promise<void>;
};

/** Something on a server that has the shape of a tenant's. */
export type Remains = { kind: "login" | "database"; name: string; databaseId: number | null };

export type Engine = {
  /** Closes what a stock server leaves open to every login. Run when a server is registered. */
  prepareServer(server: FleetServer): Promise<void>;
  workOn(server: FleetServer, tenant: Tenant): TenantWork;
  /** All logins and databases on the server that are, or look like, tenants'. */
  listRemains(server: FleetServer): Promise<Remains[]>;
};

export type Fleet = Record<EngineName, Engine>;

/** The login of a database: `u` and the database's id. */
export function loginName(databaseId: number): string {
  return `u${databaseId}`;
}

/** The database's id in a login's or working name; `null` for any other name. */
export function databaseIdOf(name: string): number | null {
  const digits = /^(?:u|_p)(\d{1,15})$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
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
