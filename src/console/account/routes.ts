import { isUuid } from "../../lib/ids.ts";
import { notFound } from "../../polykomos/dialect.ts";
import { type Area, get, post, seeOther } from "../area.ts";
import { cookie } from "../session/cookie.ts";
import { type SessionDeps, sessionsOf, signOut } from "../session/service.ts";
import type { Visit } from "../visit.ts";
import { accountPage } from "./page.tsx";

/** The person's own: where they are signed in, and signing out. */
export function accountArea(deps: SessionDeps): Area {
  /** Ends this session, or with `null` all of the person's, and the cookie with it. */
  async function leave(visit: Visit, only: string | null): Promise<Response> {
    await signOut(deps, visit.session, only, visit.requestId);
    const response = seeOther("/console/sign-in");
    response.headers.append("set-cookie", cookie("session", "", 0, visit.origin));
    return response;
  }

  return {
    nav: { href: "/console/account", name: "Account", icon: "account" },
    done: { session_ended: "That browser is signed out." },
    routes: [
      get("/account", async (visit) => accountPage(visit, await sessionsOf(deps, visit.session))),
      post("/account/sessions/:id/end", async (visit) => {
        const { session, params, requestId } = visit;
        const id = params.id ?? "";
        if (id === session.id) return await leave(visit, id);
        if (!isUuid(id)) throw notFound("session");
        await signOut(deps, session, id, requestId);
        return seeOther("/console/account", "session_ended");
      }),
      post("/sign-out", (visit) => leave(visit, visit.session.id)),
      post("/sign-out-everywhere", (visit) => leave(visit, null)),
    ],
  };
}
