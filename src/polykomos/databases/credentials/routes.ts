import { type Endpoint, endpoint } from "../../../http/mount.ts";
import type { Caller } from "../../caller.ts";
import type { DatabaseDeps } from "../service.ts";
import { viewDatabase, viewPrevious } from "../view.ts";
import * as contract from "./contract.ts";
import * as service from "./service.ts";

const pollAfterSeconds = 2;

/** The endpoint of a database's credentials. */
export function credentialEndpoints(deps: DatabaseDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.rotateCredentials, async ({ params, body }, caller: Caller) => {
      const overlap = body.overlap_seconds;
      const rotated = await service.rotateCredentials(deps, caller, params.uuid, overlap);
      const { database, password, operationId, isDone } = rotated;
      const data = viewDatabase(database, password);
      if (!isDone) {
        const pollUrl = `${caller.origin}/api/v1/operations/${operationId}`;
        return {
          status: 202,
          body: {
            message: "The credential is being rotated",
            data,
            operation_id: operationId,
            poll_url: pollUrl,
          },
          headers: { location: pollUrl, "retry-after": String(pollAfterSeconds) },
        };
      }
      return {
        status: 200,
        body: {
          message: "The credential is rotated",
          data,
          previous_credential: viewPrevious(database),
          operation_id: operationId,
        },
      };
    }),
  ];
}
