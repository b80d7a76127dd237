import { type AdminApiDeps, adminEndpoints, type Operator } from "../../admin/routes.ts";
import type { OperationDeclaration } from "../../http/declare.ts";
import type { Endpoint } from "../../http/mount.ts";
import type { Log } from "../../lib/log.ts";
import { type AskInput, parsedInput, type Visit } from "../visit.ts";

/** The operator's API as somebody uses it who signs in with one of the operator's addresses. */
export type OperatorDeps = AdminApiDeps & {
  log: Log;
  settings: {
    /** Addresses, in lower case, whose owners are operators. */
    OPERATOR_EMAILS: readonly string[];
  };
};

/** Whether a session is of an operator; the address was proven by the mail that signed it in. */
export function isOperator({ settings }: OperatorDeps, { session }: Visit): boolean {
  return settings.OPERATOR_EMAILS.includes(session.user.email.toLowerCase());
}

export type OperatorAsk = <Body>(
  visit: Visit,
  declaration: OperationDeclaration,
  input?: AskInput,
) => Promise<Body>;

/** Runs operations of the operator's API. Who changed something stands in the log with its request. */
export function operatorAsk(deps: OperatorDeps): OperatorAsk {
  const endpoints: ReadonlyMap<OperationDeclaration, Endpoint<Operator>> = new Map(
    adminEndpoints(deps).map((each) => [each.declaration, each]),
  );
  return async <Body>(visit: Visit, declaration: OperationDeclaration, given: AskInput = {}) => {
    const endpoint = endpoints.get(declaration);
    if (!endpoint) throw new Error(`${declaration.operationId} is no operation of the operator's`);
    const { requestId, session } = visit;
    const input = parsedInput(declaration, given);
    if (declaration.method !== "get") {
      const { operationId: operation } = declaration;
      deps.log.info("operator_act", { operation, user_id: session.user.id, request_id: requestId });
    }
    const reply = await endpoint.handle(input, { requestId }, undefined);
    // The cast holds because tests check every operation's answers against its declaration.
    return reply.body.data as Body;
  };
}
