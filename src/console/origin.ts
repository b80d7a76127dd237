import { isOwnForm } from "../http/own-form.ts";

/** Where people reach us: the public address, or else that of the request. No slash at the end. */
export function originOf({ publicUrl }: { publicUrl: string }, request: Request): string {
  return publicUrl.replace(/\/+$/, "") || new URL(request.url).origin;
}

/** Whether one of our pages sent the form, by what the browser says of where it comes from. */
export function isOurForm(deps: { publicUrl: string }, request: Request): boolean {
  const origins = [new URL(originOf(deps, request)).origin, new URL(request.url).origin];
  return isOwnForm(request, origins);
}
