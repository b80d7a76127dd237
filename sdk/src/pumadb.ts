import type { Client } from "openapi-fetch";
import { calling, methodsOf } from "./client.ts";
import {
  type components,
  type operations,
  type paths,
  pumadbOperations,
} from "./generated/pumadb.ts";
import type { ClientOptions, Methods } from "./types.ts";

export type { Code as PumadbCode } from "./generated/pumadb.ts";

/** The named shapes of the API: `PumadbSchemas["ApiKey"]`. */
export type PumadbSchemas = components["schemas"];

/** A client of pumaDB: a method for each operation, named by its operationId. */
export type Pumadb = Methods<operations, typeof pumadbOperations> & {
  /** openapi-fetch on the same paths: answers `{ data, error, response }` and throws no errors. */
  http: Client<paths>;
};

/** Makes a client of the pumaDB API at `url`; without a key it can only sign in. */
export function createPumadb(options: Omit<ClientOptions, "key"> & { key?: string }): Pumadb {
  const { http, call } = calling<paths>(pumadbOperations, options);
  return { ...methodsOf<operations, typeof pumadbOperations>(pumadbOperations, call), http };
}
