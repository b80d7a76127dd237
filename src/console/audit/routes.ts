import { type AuditView, listAudit } from "../../polykomos/audit/contract.ts";
import { listMembers, type MemberView } from "../../polykomos/teams/contract.ts";
import { type Area, get, type View } from "../area.ts";
import type { Listed } from "../lists.ts";
import { attempt } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { auditPage, type Filters } from "./page.tsx";

const perPage = 50;

/** Who did what, with filters in the address, so that a view can be passed on. */
export function auditArea(): Area {
  return {
    nav: { href: "/console/audit", name: "Audit", icon: "audit" },
    routes: [get("/audit", show)],
  };
}

async function show(visit: Visit): Promise<View> {
  const { url, session } = visit;
  const text = (name: string) => url.searchParams.get(name)?.trim() || undefined;
  const filters: Filters = {
    where: text("where") === "all" || !session.team ? "all" : "team",
    who: text("who"),
    action: text("action"),
    from: text("from"),
    to: text("to"),
  };
  const { team } = session;
  const query = {
    limit: perPage,
    team_id: filters.where === "team" ? team?.id : undefined,
    user_id: filters.who,
    action: filters.action,
    from: filters.from,
    to: filters.to,
    starting_after: text("after"),
  };
  const [members, read] = await Promise.all([
    team &&
      visit.ask<{ data: MemberView[] }>(listMembers, { params: { team_id: String(team.id) } }),
    attempt(visit.ask<Listed<AuditView>>(listAudit, { query })),
  ]);
  return auditPage(visit, {
    filters,
    members: members?.body.data ?? [],
    entries: read.ok ? read.value.body.data : [],
    hasMore: read.ok && read.value.body.has_more,
    problem: read.ok ? null : read.problem,
  });
}
