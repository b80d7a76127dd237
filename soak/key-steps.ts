import { ask, type Stage } from "./polykomos-stage.ts";
import { persist, type Request } from "./soak.ts";
import type { Steps } from "./steps.ts";

/** A key for a program of its own: made, used, revoked, refused. */
async function useKey(stage: Stage): Promise<void> {
  const { soak, tenant, step } = stage;
  const made = await ask(stage, "createKey", "POST", "/keys", {
    body: { name: `key ${step}`, permissions: ["databases:read"] },
    also: [409],
  });
  // 409: it was made by a try whose answer was lost, and is shown to nobody again.
  if (made?.status !== 201) return;
  const { api_key: key, data } = made.body;
  soak.secrets.set(key, `a key of ${tenant.name}`);
  const path = "/api/v1/me";
  const me: Request = { api: "polykomos", what: "getMe", method: "GET", path, token: key };
  const before = await persist(soak, me);
  if (before.answer && before.answer.status !== 200) {
    const what = `a new key of ${tenant.name} is answered ${before.answer.status}`;
    soak.report({ kind: "lost write", what });
  }
  const revoked = await ask(stage, "revokeKey", "DELETE", `/keys/${data.id}`);
  if (!revoked) return;
  const after = await persist(soak, me);
  if (after.answer?.status !== 200) return;
  soak.report({ kind: "works after its end", what: `a revoked key of ${tenant.name}` });
}

export const keySteps: Steps<Stage> = [[{ name: "key", run: useKey }, 3]];
