import * as z from "zod";
import { declare } from "../../../http/declare.ts";
import { errorAnswers, requestId, timestamp, uuidParams } from "../../schemas.ts";
import { database } from "../contract.ts";

/** How long a credential works on after its rotation, in seconds. */
const overlapSecondsDefault = 24 * 3600;
const overlapSecondsMax = 7 * 24 * 3600;

const rotateBody = z.strictObject({
  overlap_seconds: z
    .int()
    .min(0)
    .max(overlapSecondsMax)
    .default(overlapSecondsDefault)
    .meta({
      override: {
        type: "integer",
        minimum: 0,
        maximum: overlapSecondsMax,
        default: overlapSecondsDefault,
        description: "How long the credential before works on; 0: not at all.",
      },
    }),
});

export const rotateCredentials = declare({
  method: "post",
  path: "/databases/{uuid}/credentials/rotate",
  operationId: "rotateDatabaseCredentials",
  tag: "Databases",
  summary: "Give a database a new login and password",
  description:
    "Answers 200 once the new credential has logged in. Both work during the overlap and reach the " +
    "same objects; then the one before is refused and its sessions end. `db_username` changes to " +
    "and fro between `u<id>` and `u<id>b`. A rotation during an overlap ends that overlap. 202: " +
    "the server has not done it yet; the credential shown stays current until the operation has " +
    "succeeded.",
  access: ["databases:write"],
  idempotency: "accepted",
  params: uuidParams,
  body: rotateBody,
  answers: {
    200: {
      description: "The database with its new credential.",
      schema: z.object({
        message: z.string(),
        data: database,
        previous_credential: z
          .object({ db_username: z.string(), works_until: timestamp })
          .nullable(),
        operation_id: z.uuid(),
        request_id: requestId,
      }),
    },
    202: {
      description: "The rotation goes on; the database with the credential that is still current.",
      schema: z.object({
        message: z.string(),
        data: database,
        operation_id: z.uuid(),
        poll_url: z.string(),
        request_id: requestId,
      }),
      headers: {
        Location: { description: "Where to read the operation.", type: "string" },
        "Retry-After": { description: "Seconds to wait before reading it.", type: "integer" },
      },
    },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});
