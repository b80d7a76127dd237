import { ask, type Stage } from "./polykomos-stage.ts";
import type { Steps } from "./steps.ts";

/** What a program does with webhook endpoints: those it makes beside the one that is told all. */
const endpointsMax = 3;

async function subscribe(stage: Stage): Promise<void> {
  const { soak, tenant, step, random, receiverUrl } = stage;
  const open = tenant.endpoints.slice(1).filter(({ isRevoked }) => !isRevoked);
  if (open.length >= endpointsMax) return await revoke(stage);
  const path = `/some/${tenant.name}/${step}`;
  const events = random.pick([[], ["database.updated"], ["database.provisioned", "webhook.test"]]);
  const body = { url: receiverUrl(path), events };
  const answer = await ask(stage, "createWebhookEndpoint", "POST", "/webhook_endpoints", { body });
  if (!answer) return;
  const { data, secret } = answer.body;
  soak.secrets.set(secret, `a signing secret of ${tenant.name}`);
  tenant.endpoints.push({ id: data.id, path, secrets: [secret], isRevoked: false, asked: 0 });
}

function chosen({ tenant, random }: Stage, isOwn: boolean) {
  const all = tenant.endpoints.filter(({ isRevoked }) => !isRevoked);
  const [first, ...others] = isOwn ? all.slice(1) : all;
  return first && random.pick([first, ...others]);
}

async function test(stage: Stage): Promise<void> {
  const endpoint = chosen(stage, false);
  if (!endpoint) return;
  const path = `/webhook_endpoints/${endpoint.id}/test_deliveries`;
  const options = { mayWalkAway: true };
  const answer = await ask(stage, "createWebhookTestDelivery", "POST", path, options);
  if (answer) endpoint.asked += 1;
}

async function redeliver(stage: Stage): Promise<void> {
  const endpoint = chosen(stage, false);
  if (!endpoint) return;
  const path = `/webhook_endpoints/${endpoint.id}/deliveries`;
  const list = await ask(stage, "listWebhookDeliveries", "GET", `${path}?limit=20`);
  const deliveries: { id: number }[] = list?.body.data ?? [];
  const [first, ...others] = deliveries;
  if (!first) return;
  const { id } = stage.random.pick([first, ...others]);
  const options = { mayWalkAway: true };
  const answer = await ask(stage, "redeliverWebhook", "POST", `${path}/${id}/redeliver`, options);
  if (answer) endpoint.asked += 1;
}

async function rotateSecret(stage: Stage): Promise<void> {
  const { soak, tenant } = stage;
  const endpoint = chosen(stage, true);
  if (!endpoint) return await subscribe(stage);
  const path = `/webhook_endpoints/${endpoint.id}/rotate_secret`;
  const answer = await ask(stage, "rotateWebhookSecret", "POST", path);
  if (!answer) return;
  endpoint.secrets.push(answer.body.secret);
  soak.secrets.set(answer.body.secret, `a signing secret of ${tenant.name}`);
}

async function revoke(stage: Stage): Promise<void> {
  const endpoint = chosen(stage, true);
  if (!endpoint) return;
  const path = `/webhook_endpoints/${endpoint.id}`;
  // Whether or not it is answered, it is not used again.
  endpoint.isRevoked = true;
  await ask(stage, "revokeWebhookEndpoint", "DELETE", path, { mayWalkAway: true });
}

export const webhookSteps: Steps<Stage> = [
  [{ name: "subscribe", run: subscribe }, 3],
  [{ name: "test delivery", run: test }, 3],
  [{ name: "redeliver", run: redeliver }, 2],
  [{ name: "rotate secret", run: rotateSecret }, 2],
  [{ name: "revoke endpoint", run: revoke }, 2],
];
