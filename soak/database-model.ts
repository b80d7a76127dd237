/**
 * What a client of Polykomos knows of its databases. Every attempt that nobody answered may have
 * happened or not, so what may be is a list; an answer makes it one.
 */
export type Engine = "postgres" | "mysql";

export type Database = {
  /** The name it was asked for by; no other was ever asked for by it. */
  label: string;
  engine: Engine;
  /** Null until an answer told it. */
  uuid: string | null;
  /**
   * `maybe`: its creation was not answered. `making`: 202. `live`: 201, or read as active.
   * `maybe deleted`: its deletion was not answered. `deleted`: it was.
   */
  life: "maybe" | "making" | "live" | "maybe deleted" | "deleted";
  names: readonly string[];
  /** `connection_hard_limit`; null is the plan's. */
  limits: readonly (number | null)[];
  /** All connection strings that were answered with a password, the current one last. */
  strings: string[];
  /** A rotation was answered with 202, or not at all: the current string has to be read anew. */
  isStringStale: boolean;
  /** Rows that the customer wrote over a connection of their own: how often each may be there. */
  ledger: Map<string, Copies>;
  /** Changes, each with an event: those that were answered, and those that were sent. */
  updates: { least: number; most: number };
  /** Whether the shop's tables are in it. */
  hasShop: boolean;
};

export type Copies = "once" | "at most once" | "never";

export function newDatabase(label: string, engine: Engine, hasShop: boolean): Database {
  return {
    label,
    engine,
    hasShop,
    uuid: null,
    life: "maybe",
    names: [label],
    limits: [null],
    strings: [],
    isStringStale: false,
    ledger: new Map(),
    updates: { least: 0, most: 0 },
  };
}

/** What a list or a read shows of a database. */
export type Shown = {
  uuid: string;
  name: string;
  status: string;
  db_type: string;
  quotas: { connection_hard_limit: number | null };
  connection_string: string;
  db_password: string | null;
};

export type Endpoint = {
  id: number;
  /** Where it is at the receiver. */
  path: string;
  /** All that it was ever given: during a change two of them sign. */
  secrets: string[];
  isRevoked: boolean;
  /** Test deliveries and redeliveries that were answered. */
  asked: number;
};

export type Tenant = {
  name: string;
  teamId: number;
  key: string;
  databases: Database[];
  /** The first was made before everything else, wants all events and stays. */
  endpoints: Endpoint[];
  /** A blueprint that writes one row of the given name into the ledger. */
  blueprintUuid: string;
  shopUuid: string;
};
