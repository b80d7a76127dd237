import type { Account } from "./puma-model.ts";
import { pumaSteps } from "./puma-steps.ts";
import type { Random } from "./random.ts";
import { persist, type Request, type Soak } from "./soak.ts";
import { takeSteps } from "./steps.ts";

/** An agent with an account of its own, which does one thing after another and notes what it is told. */
const thinkMs = [30, 240] as const;

/** Signs in as a person would, by the link that development shows. */
export async function openAccount(soak: Soak, name: string): Promise<Account> {
  const post = async (path: string, body: unknown) => {
    const what = path.slice(1);
    const request: Request = { api: "puma", what, method: "POST", path, token: null, body };
    const { answer } = await persist(soak, request);
    if (answer?.status !== 200) throw new Error(`${path}: ${answer?.text}`);
    return answer.body;
  };
  const { dev_magic_link: link } = await post("/auth/magic-link", { email: `${name}@example.com` });
  const token = String(link).split("/").at(-1) ?? "";
  const { api_key: key } = await post("/auth/verify", { token });
  soak.secrets.set(key, `the pumaDB key of ${name}`);
  soak.secrets.set(token, `the sign-in token of ${name}`);
  return { name, key, rows: [], halfKnownBatches: [] };
}

/** Goes on until the load is over. */
export function runAgent(soak: Soak, account: Account, seed: number): Promise<void> {
  const stageOf = (random: Random, step: number) => ({ soak, account, random, step });
  return takeSteps(soak, { name: account.name, seed, steps: pumaSteps, thinkMs, stageOf });
}
