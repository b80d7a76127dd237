import { sqlState } from "../../../db/errors.ts";
import type { QuestionRunners, ReaderSession } from "../../../fleet/questions.ts";
import { Fault } from "../../../lib/fault.ts";
import type { Place } from "../../databases/place.ts";
import { makeReader, type ReaderDeps, readerPasswordContext } from "../reader.ts";
import { isRightMissing } from "./refusals.ts";

export type WithReaderDeps = ReaderDeps & { questionRunners: QuestionRunners };

/** A login that is not there, or has another password; SQLSTATEs of both engines. */
const loginStates: ReadonlySet<string> = new Set(["28000", "28P01", "42000", "3D000"]);

/**
 * Works with a session of the database's reader. A database from before there were readers gets one
 * now, and one whose rights do not reach everything gets them anew: both once, then an error is one.
 */
export async function withReader<Value>(
  deps: WithReaderDeps,
  { server, tenant }: Place,
  passwordSealed: string | null,
  timeoutMs: number,
  use: (session: ReaderSession, isLastTry: boolean) => Promise<Value>,
): Promise<Value> {
  const make = () => makeReader(deps, server, tenant, "customer");
  const runner = deps.questionRunners[server.engine];
  let isMadeNow = passwordSealed === null;
  let password =
    passwordSealed === null
      ? await make()
      : await deps.sealer.open(passwordSealed, readerPasswordContext(tenant.databaseId));

  async function open(): Promise<ReaderSession> {
    try {
      return await runner.openReader(server, tenant, { password }, timeoutMs);
    } catch (error) {
      const isRefused = !(error instanceof Fault) && loginStates.has(sqlState(error) ?? "");
      if (isMadeNow || !isRefused) throw error;
      password = await make();
      isMadeNow = true;
      return await runner.openReader(server, tenant, { password }, timeoutMs);
    }
  }

  for (;;) {
    const session = await open();
    try {
      return await use(session, isMadeNow);
    } catch (error) {
      if (isMadeNow || !isRightMissing(error)) throw error;
      await make();
      isMadeNow = true;
    } finally {
      // Awaited, for the reader's sessions are few and the next question is let in after this.
      await session.close();
    }
  }
}
