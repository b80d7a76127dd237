// `npm run soak -- --seconds 300 --seed 1 --clients 12`: a mixed load over both APIs while the world
// breaks by plan; at the end everything that was acknowledged is looked for. Ends with 1 on any loss.

import { createHash } from "node:crypto";
import { buildWorker } from "../test/support/build.ts";
import { testSecrets } from "../test/support/worker.ts";
import {
  type Audited,
  auditAccount,
  auditGivenUp,
  auditServers,
  auditTenant,
  auditTenantEvents,
} from "./audit.ts";
import type { Engine, Tenant } from "./database-model.ts";
import { planFaults } from "./fault-plan.ts";
import { type Broken, runFaults } from "./faults.ts";
import { auditGrowth, growthOf, watchMemory } from "./memory.ts";
import { type Options, readOptions } from "./options.ts";
import { openTenant, planOfProgram, runProgram } from "./polykomos-client.ts";
import { auditProbe, auditTimes, startProbe, timesOf } from "./probes.ts";
import { openAccount, planOfAgent, runAgent } from "./puma-client.ts";
import type { Account } from "./puma-model.ts";
import { startUnwellReceiver } from "./receiver.ts";
import { printReport, writeReport } from "./report.ts";
import { auditLog } from "./secrets.ts";
import { settle, startSweeps } from "./settle.ts";
import { asOperator, createSoak, pause, type Soak } from "./soak.ts";
import { operatorSecrets, startWorld, type World } from "./world.ts";

const adminToken = testSecrets.ADMIN_TOKEN;
const idleMs = 15_000;
/** How soon the probe follows the Worker to its new address. */
const aimEveryMs = 200;
const plannedSteps = 1_000;
const nothingBroken: Broken = { kill: 0, link: 0, "full disk": 0, clock: 0, queue: 0, store: 0 };

function say(line: string): void {
  console.log(line);
}

function planHashOf({ seed, seconds }: Options, names: readonly string[], members: number): string {
  const steps = names.map((name) =>
    name.startsWith("agent")
      ? planOfAgent(seed, name, plannedSteps)
      : planOfProgram(seed, name, plannedSteps),
  );
  const plan = JSON.stringify([planFaults(seed, seconds, members), steps]);
  return createHash("sha256").update(plan).digest("hex").slice(0, 12);
}

async function registerServers(soak: Soak): Promise<void> {
  for (const { name, engine, transport, login } of soak.world.members) {
    const { host, port, user, password } = login;
    await asOperator(soak, adminToken, "POST", "/servers", {
      ...{ name, engine, transport, region: "local", host, port, tls: false },
      ...{ admin_user: user, admin_password: password, max_databases: 100_000 },
    });
  }
}

function sum(parts: readonly Partial<Audited>[]): Audited {
  const total: Audited = { rows: 0, versions: 0, databases: 0, logins: 0, events: 0, messages: 0 };
  for (const part of parts) {
    for (const name of Object.keys(total) as (keyof Audited)[]) total[name] += part[name] ?? 0;
  }
  return total;
}

async function run(options: Options, world: World): Promise<boolean> {
  const { seed, seconds, clients, withFaults } = options;
  const soak = createSoak(world);
  for (const secret of operatorSecrets(world)) soak.secrets.set(secret, "a secret of the operator");
  const receiver = await startUnwellReceiver(seed, () => withFaults && !soak.isOver());
  await registerServers(soak);
  const half = Math.floor(clients / 2);
  const agents = Array.from({ length: clients - half }, (_, index) => `agent${index}`);
  const programs = Array.from({ length: half }, (_, index) => `program${index}`);
  const accounts = await Promise.all(agents.map((name) => openAccount(soak, name)));
  const tenants: Tenant[] = [];
  for (const name of programs) {
    tenants.push(await openTenant(soak, adminToken, name, receiver.url, seed));
  }
  const [firstEngine = "postgres", ...otherEngines] = new Set<Engine>(
    world.members.map(({ engine }) => engine),
  );
  const probe = await startProbe(soak, await openAccount(soak, "probe"));
  say(`Idle for ${idleMs / 1_000} s, to measure reads`);
  await probe.take();
  await pause(idleMs);
  const idle = timesOf(soak, await probe.take());

  const plan = withFaults ? planFaults(seed, seconds, world.members.length) : [];
  const planHash = planHashOf(options, [...agents, ...programs], world.members.length);
  say(`Seed ${seed}, plan ${planHash}: ${plan.length} faults in ${seconds} s, ${clients} clients`);
  const endMemory = watchMemory(world);
  const endSweeps = startSweeps(soak, adminToken);
  const aiming = setInterval(() => void probe.aim().catch(() => {}), aimEveryMs);
  const engines = [firstEngine, ...otherEngines] as const;
  const load = [
    ...accounts.map((account) => runAgent(soak, account, seed)),
    ...tenants.map((tenant) => runProgram(soak, tenant, seed, engines, receiver.url)),
  ];
  const breaking = withFaults ? runFaults(soak, plan, say) : Promise.resolve(nothingBroken);
  // Told of below, once the load is over.
  breaking.catch(() => {});
  await pause(seconds * 1_000);
  const samples = await probe.take();
  const loaded = timesOf(soak, samples);
  for (const finding of auditProbe(soak, samples)) soak.report(finding);
  clearInterval(aiming);
  probe.stop();
  const memory = endMemory();
  soak.end();
  const broken = await breaking;
  await Promise.all(load);
  await endSweeps();

  say("The load is over. Settling, then the audit");
  await settle(soak, adminToken);
  const audited = await auditAll(soak, accounts, tenants, receiver);
  for (const finding of auditLog(world.printed, soak.secrets)) soak.report(finding);
  const growth = growthOf(memory);
  for (const finding of [...auditTimes(idle, loaded), ...auditGrowth(growth)]) soak.report(finding);
  await receiver.stop();

  const outcome = { options, planHash, broken, audited, idle, loaded, growth, memory };
  printReport(soak, outcome);
  const file = writeReport(soak, outcome, world.printed);
  say(`${soak.findings.length === 0 ? "Nothing lost" : "NOT as it must be"}. All of it: ${file}`);
  return soak.findings.length === 0;
}

async function auditAll(
  soak: Soak,
  accounts: readonly Account[],
  tenants: readonly Tenant[],
  receiver: Awaited<ReturnType<typeof startUnwellReceiver>>,
): Promise<Audited> {
  const parts = await Promise.all([
    ...accounts.map((account) => auditAccount(soak, account)),
    ...tenants.map((tenant) => auditTenant(soak, tenant)),
  ]);
  await auditServers(soak, adminToken);
  // Past the time at which deleted databases and replaced credentials go for good.
  await soak.world.moveClock(2 * 3_600_000);
  await settle(soak, adminToken);
  await auditServers(soak, adminToken);
  await auditGivenUp(soak);
  for (const tenant of tenants) parts.push(await auditTenantEvents(soak, tenant, receiver));
  return sum(parts);
}

const options = readOptions(process.argv.slice(2));
const script = await buildWorker("soak/entry.ts", "soak");
const world = await startWorld(script, say);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void world.stop().finally(() => process.exit(130)));
}
try {
  process.exitCode = (await run(options, world)) ? 0 : 1;
} finally {
  await world.stop();
}
