import * as z from "zod";
import { secondMs } from "../../lib/clock.ts";
import { equalSecrets } from "../../lib/secrets.ts";
import type { PumaDeps } from "../deps.ts";
import { isOwnForm, readForm } from "../form.ts";
import { pageSecret } from "../page-secret.ts";
import { seeOther } from "../pages/see-other.ts";
import { continuePath } from "./authorize.ts";
import * as pages from "./pages.ts";
import { formProof } from "./rules/sealed-cookie.ts";
import type { RequestServer } from "./server.ts";
import * as session from "./session.ts";

/** The page where people see the clients they let in, and disconnect them. */
export const clientsPath = "/account/clients";

/** What was noted of a client when it was let in. */
const grantNotes = z.object({
  clientName: z.string(),
  domain: z.string().nullable(),
  place: z.string(),
});

export async function showClients(
  deps: PumaDeps,
  server: RequestServer,
  request: Request,
): Promise<Response> {
  const signedIn = session.readSession(deps, request);
  if (!signedIn) {
    const pending = session.newPending(deps, null);
    const cookie = session.setPending(deps, request, pending);
    return seeOther(continuePath + pending.id, cookie === null ? [] : [cookie]);
  }
  const grants = await listGrants(server, signedIn.accountId);
  const done = new URL(request.url).searchParams.get("done") === "1";
  return await pages.clientsPage(grants, signedIn.address, proofOf(deps, signedIn), done);
}

export async function changeClients(
  deps: PumaDeps,
  server: RequestServer,
  request: Request,
): Promise<Response> {
  const signedIn = session.readSession(deps, request);
  if (!signedIn) return seeOther(clientsPath);
  if (!isOwnForm(deps, request)) return await pages.foreignFormPage();
  const form = await readForm(request);
  if (form?.get("action") === "leave") {
    return seeOther("/install", [session.clearSession(request)]);
  }
  const grantId = form?.get("grant") ?? "";
  const isRight =
    equalSecrets(form?.get("proof") ?? "", proofOf(deps, signedIn)) &&
    /^[\w-]{1,64}$/.test(grantId);
  if (form?.get("action") !== "disconnect" || !isRight) return await pages.foreignFormPage();
  await server.helpers.revokeGrant(grantId, signedIn.accountId);
  return seeOther(`${clientsPath}?done=1`);
}

async function listGrants(
  { helpers }: RequestServer,
  accountId: string,
): Promise<pages.ShownGrant[]> {
  const { items } = await helpers.listUserGrants(accountId);
  return items
    .map(({ id, clientId, createdAt, metadata }) => {
      const notes = grantNotes.safeParse(metadata);
      const { clientName, domain, place } = notes.success
        ? notes.data
        : { clientName: clientId, domain: null, place: "an unknown place" };
      return { id, name: clientName, domain, place, createdAtMs: createdAt * secondMs };
    })
    .sort((a, b) => b.createdAtMs - a.createdAtMs);
}

function proofOf({ settings }: PumaDeps, { accountId, expiresAtMs }: session.Session): string {
  return formProof(["clients", accountId, String(expiresAtMs)], pageSecret(settings));
}
