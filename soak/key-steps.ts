import { ask, type PolykomosStep, type Stage } from "./polykomos-stage.ts";
import { persist, type Request } from "./soak.ts";

/** A key for a program of its own: made, used, revoked, refused. */
async function useKey(stage: Stage): Promise<void> {
  const { soak, tenant, step } = stage;
  const made = await ask(stage, {
    ...{ what: "createKey", method: "POST", path: "/keys", also: [409] },
    body: { name: `key ${step}`, permissions: ["databases:read"] },
  });
  // 409: it was made by a try whose answer was lost, and is shown to nobody again.
  if (made?.status !== 201) return;
  const { api_key: key, data } = made.body;
  soak.secrets.set(key, `a key of ${tenant.name}`);
  const me: Request = {
    ...{ api: "polykomos", what: "getMe", method: "GET", path: "/api/v1/me", token: key },
  };
  const before = await persist(soak, me);
  if (before.answer && before.answer.status !== 200) {
    const what = `a new key of ${tenant.name} is answered ${before.answer.status}`;
    soak.report({ kind: "lost write", what });
  }
  const revoked = await ask(stage, {
    ...{ what: "revokeKey", method: "DELETE", path: `/keys/${data.id}` },
  });
  if (!revoked) return;
  const after = await persist(soak, me);
  if (after.answer?.status !== 200) return;
  soak.report({ kind: "works after its end", what: `a revoked key of ${tenant.name}` });
}

export const keySteps: readonly (readonly [PolykomosStep, number])[] = [
  [{ name: "key", run: useKey }, 3],
];
