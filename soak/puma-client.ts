import type { Account } from "./puma-model.ts";
import { pumaSteps } from "./puma-steps.ts";
import { randomOf } from "./random.ts";
import { pause, persist, type Soak } from "./soak.ts";

/** An agent with an account of its own, which does one thing after another and notes what it is told. */
const thinkMs = [30, 240] as const;

/** Signs in as a person would, by the link that development shows. */
export async function openAccount(soak: Soak, name: string): Promise<Account> {
  const post = async (path: string, body: unknown) => {
    const what = path.slice(1);
    const { answer } = await persist(soak, {
      ...{ api: "puma", what, method: "POST", path, token: null, body },
    });
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

/** Goes on until the load is over. What step `k` does is drawn from the seed, the name and `k`. */
export async function runAgent(soak: Soak, account: Account, seed: number): Promise<void> {
  for (let step = 0; !soak.isOver(); step++) {
    const random = randomOf(seed, account.name, step);
    const kind = random.weighted(pumaSteps);
    try {
      await kind.run({ soak, account, random, step });
    } catch (error) {
      soak.report({ kind: "broken client", what: `${account.name} ${kind.name}: ${error}` });
    }
    await pause(random.between(...thinkMs));
  }
}

/** What the first so many steps of an agent will be, by name; the same of the same seed. */
export function planOfAgent(seed: number, name: string, steps: number): string[] {
  return Array.from(
    { length: steps },
    (_, step) => randomOf(seed, name, step).weighted(pumaSteps).name,
  );
}
