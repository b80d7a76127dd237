import { isOwnForm as isFormOfOrigins, readForm as readFormWithin } from "../http/own-form.ts";
import type { PumaDeps } from "./deps.ts";
import { oneRowBytesMax } from "./endpoint.ts";
import { origins } from "./origin.ts";

/** Whether a page of ours sent the form. */
export function isOwnForm(deps: PumaDeps, request: Request): boolean {
  return isFormOfOrigins(request, origins(deps, request.url));
}

/** The form's fields; `null` when it is too large, did not come whole or is no form. */
export function readForm(request: Request): Promise<URLSearchParams | null> {
  return readFormWithin(request, oneRowBytesMax);
}
