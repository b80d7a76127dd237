import { isUuid } from "../../lib/ids.ts";
import { notFound } from "../../polykomos/dialect.ts";
import { type Area, get, post, seeOther } from "../area.ts";
import type { ConsoleDeps } from "../deps.ts";
import { cookie } from "../session/cookie.ts";
import { signOut, usedSince } from "../session/service.ts";
import { listSessions } from "../session/store.ts";
import type { Visit } from "../visit.ts";
import { accountPage } from "./page.tsx";

/** The person's own: where they are signed in, and signing out. */
export function accountArea(deps: ConsoleDeps): Area {
  const now = () => new Date(deps.clock());

  function leave({ origin }: Visit): Response {
    const response = seeOther("/console/sign-in");
    response.headers.append("set-cookie", cookie("session", "", 0, origin));
    return response;
  }

  return {
    nav: { href: "/console/account", name: "Account", icon: "account" },
    done: { session_ended: "That browser is signed out." },
    routes: [
      get("/account", async (visit) => {
        const { session } = visit;
        const used = usedSince(deps);
        const sessions = await listSessions(deps.store, session.user.id, now(), used);
        return accountPage(visit, sessions);
      }),
      post("/account/sessions/:id/end", async (visit) => {
        const { session, params, requestId } = visit;
        if (params.id === session.id) return await leaveAfter(visit, session.id);
        if (!isUuid(params.id ?? "")) throw notFound("session");
        await signOut(deps, session, params.id ?? "", requestId);
        return seeOther("/console/account", "session_ended");
      }),
      post("/sign-out", (visit) => leaveAfter(visit, visit.session.id)),
      post("/sign-out-everywhere", (visit) => leaveAfter(visit, null)),
    ],
  };

  async function leaveAfter(visit: Visit, only: string | null): Promise<Response> {
    await signOut(deps, visit.session, only, visit.requestId);
    return leave(visit);
  }
}
