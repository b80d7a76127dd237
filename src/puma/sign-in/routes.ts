import { askerOf } from "../../http/client-ip.ts";
import type { InputOf, OperationDeclaration } from "../../http/declare.ts";
import type { PumaDeps } from "../deps.ts";
import { jsonHeaders } from "../dialect.ts";
import { readInput } from "../input.ts";
import { isPumaFault } from "../rules/code.ts";
import { requestMagicLink, verifyMagicLink } from "./contract.ts";
import { endedPage, keyPage, readyPage } from "./page.ts";
import { isLinkLive, requestLink, verifyLink } from "./service.ts";
import { requestedView, verifiedView } from "./view.ts";

const bodyBytesMax = 16 * 1024;

/** An endpoint that needs no key. */
export type PublicEndpoint = {
  declaration: OperationDeclaration;
  answer(deps: PumaDeps, request: Request): Promise<Response>;
};

/** The cast holds because the input is parsed with that very declaration's schemas. */
function publicEndpoint<Declaration extends OperationDeclaration>(
  declaration: Declaration,
  handle: (deps: PumaDeps, input: InputOf<Declaration>, request: Request) => Promise<object>,
): PublicEndpoint {
  return {
    declaration,
    async answer(deps, request) {
      const input = await readInput(declaration, request, {}, bodyBytesMax);
      const body = await handle(deps, input as InputOf<Declaration>, request);
      return Response.json(body, { headers: jsonHeaders });
    },
  };
}

export const signInEndpoints: readonly PublicEndpoint[] = [
  publicEndpoint(requestMagicLink, async (deps, { body }, request) => {
    const { origin } = new URL(request.url);
    const input = { email: body.email, origin, ...askerOf(request) };
    return requestedView(await requestLink(deps, input));
  }),

  publicEndpoint(verifyMagicLink, async (deps, { body }) =>
    verifiedView(await verifyLink(deps, body.token)),
  ),
];

/** GET of a mailed link. */
export async function openLink(deps: PumaDeps, token: string): Promise<Response> {
  return (await isLinkLive(deps, token, "key")) ? readyPage() : endedPage();
}

/** POST of a mailed link: uses it up. */
export async function useLink(deps: PumaDeps, token: string): Promise<Response> {
  try {
    return await keyPage(await verifyLink(deps, token));
  } catch (error) {
    if (isPumaFault(error) && error.code === "invalid_token") return endedPage();
    throw error;
  }
}
