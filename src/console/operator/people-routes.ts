import * as contract from "../../admin/contract.ts";
import { isPolykomosFault } from "../../polykomos/dialect.ts";
import { seeOther, type View } from "../area.ts";
import { numberIn } from "../form-values.ts";
import { afterOf, olderHref } from "../lists.ts";
import { type Attempt, attempt, problemOf } from "../problem.ts";
import type { Visit } from "../visit.ts";
import type { OperatorAsk } from "./operator.ts";
import type { PeopleForm, WrongForm } from "./people-forms.tsx";
import { peoplePage } from "./people-page.tsx";
import { peoplePath, type UserView } from "./wire.ts";

const perPage = 50;

/** Users with their teams, and the forms that make both. */
export async function people(ask: OperatorAsk, visit: Visit, wrong?: WrongForm): Promise<View> {
  // One more than is shown tells whether there are more.
  const query = { limit: perPage + 1, starting_after: afterOf(visit) };
  const found = await ask<UserView[]>(visit, contract.listUsers, { query });
  const users = found.slice(0, perPage);
  const listed = { data: users, has_more: found.length > perPage };
  const older = olderHref(peoplePath, listed, ({ id }) => id);
  return peoplePage(visit, { users, older, ...(wrong ? { wrong } : {}) });
}

export function makeUser(ask: OperatorAsk, visit: Visit): Promise<View | Response> {
  const { form } = visit;
  const body = { email: form.get("email") ?? "", name: form.get("user_name") ?? "" };
  return done(ask, visit, "users", "user_made", ask(visit, contract.createUser, { body }));
}

export function makeTeam(ask: OperatorAsk, visit: Visit): Promise<View | Response> {
  const { form } = visit;
  const body = { name: form.get("team_name") ?? "", member_user_ids: [numberIn(form, "owner_id")] };
  return done(ask, visit, "teams", "team_made", ask(visit, contract.createTeam, { body }));
}

export function addMember(ask: OperatorAsk, visit: Visit): Promise<View | Response> {
  const { form } = visit;
  const body = { user_id: numberIn(form, "user_id"), role: form.get("role") ?? undefined };
  const params = { id: form.get("team_id") ?? "" };
  const added = ask(visit, contract.addMember, { params, body });
  return done(ask, visit, "members", "member_added", added);
}

async function done(
  ask: OperatorAsk,
  visit: Visit,
  form: PeopleForm,
  code: string,
  work: Promise<unknown>,
): Promise<View | Response> {
  const made = await attemptByNumber(work);
  return made.ok
    ? seeOther(peoplePath, code)
    : await people(ask, visit, { form, problem: made.problem });
}

/** As `attempt`; a number that nobody has was typed into the form, so it is told there as well. */
async function attemptByNumber<Value>(work: Promise<Value>): Promise<Attempt<Value>> {
  try {
    return await attempt(work);
  } catch (error) {
    if (!isPolykomosFault(error)) throw error;
    return { ok: false, problem: problemOf(error) };
  }
}
