import type { EngineName, FleetServer, NameStage, Tenant } from "./fleet.ts";

/**
 * The port that makes a database's reader: the login that answers questions. It may read the
 * database's tables, those of later days too, and nothing else. To make it again gives it its rights
 * and password anew, so it is safe at any time, twice at once too.
 */
export type ReaderMaker = {
  make(
    server: FleetServer,
    tenant: Pick<Tenant, "databaseId" | "uuid" | "dbName">,
    password: string,
    stage: NameStage,
  ): Promise<void>;
};

export type Readers = Record<EngineName, ReaderMaker>;

/** Sessions that a reader may have open at once; they do not count as the customer's. */
export const readerConnectionsMax = 5;
/** The server ends a reader's statement after this, whatever the session asks for. */
export const readerStatementSeconds = 60;
