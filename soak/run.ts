// `npm run soak -- --seconds 300 --seed 1 --clients 12`: a mixed load over both APIs while the world
// breaks by plan; at the end everything that was acknowledged is looked for. Ends with 1 on any loss.

import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { explain } from "../dev/failure.ts";
import { buildWorker } from "../test/support/build.ts";
import type { Receiver } from "../test/support/receiver.ts";
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
import { type Fault, planFaults } from "./fault-plan.ts";
import { type Broken, runFaults } from "./faults.ts";
import { auditGrowth, growthOf, type Sample, watchMemory } from "./memory.ts";
import { type Options, readOptions } from "./options.ts";
import { openTenant, runProgram } from "./polykomos-client.ts";
import { polykomosSteps } from "./polykomos-steps.ts";
import {
  auditProbe,
  auditTimes,
  type Probe,
  type ProbeSample,
  startProbe,
  timesOf,
} from "./probe.ts";
import { openAccount, runAgent } from "./puma-client.ts";
import type { Account } from "./puma-model.ts";
import { pumaSteps } from "./puma-steps.ts";
import { startUnwellReceiver } from "./receiver.ts";
import { printReport, writeReport } from "./report.ts";
import { auditLog } from "./secrets.ts";
import { settle, startSweeps } from "./settle.ts";
import { asOperator, createSoak, type Soak } from "./soak.ts";
import { plannedSteps } from "./steps.ts";
import { operatorSecrets, startWorld, type World } from "./world.ts";

const adminToken = testSecrets.ADMIN_TOKEN;
const idleMs = 15_000;
/** How soon the probe follows the Worker to its new address. */
const aimEveryMs = 200;
/** Steps of each client that are in the hash of a plan. */
const hashedSteps = 1_000;

function say(line: string): void {
  console.log(line);
}

/** Who takes part: half of the clients are programs with a tenant each, the others agents. */
type Cast = { accounts: Account[]; tenants: Tenant[]; receiver: Receiver; probe: Probe };

async function gather(soak: Soak, { seed, clients, withFaults }: Options): Promise<Cast> {
  for (const secret of operatorSecrets(soak.world)) {
    soak.secrets.set(secret, "a secret of the operator");
  }
  const receiver = await startUnwellReceiver(seed, () => withFaults && !soak.isOver());
  await registerServers(soak);
  const programs = Math.floor(clients / 2);
  const accounts = await Promise.all(
    Array.from({ length: clients - programs }, (_, index) => openAccount(soak, `agent${index}`)),
  );
  const tenants: Tenant[] = [];
  for (let index = 0; index < programs; index++) {
    const name = `program${index}`;
    tenants.push(await openTenant(soak, adminToken, name, receiver.url, seed));
  }
  const probe = await startProbe(soak, await openAccount(soak, "probe"));
  return { accounts, tenants, receiver, probe };
}

async function registerServers(soak: Soak): Promise<void> {
  for (const { name, engine, transport, login } of soak.world.members) {
    const { host, port, user, password } = login;
    await asOperator(soak, adminToken, "POST", "/servers", {
      name,
      engine,
      transport,
      region: "local",
      host,
      port,
      tls: false,
      admin_user: user,
      admin_password: password,
      max_databases: 100_000,
    });
  }
}

/** What a seed decides, as a few characters to compare runs by. */
function planHashOf({ seed }: Options, faults: readonly Fault[], cast: Cast): string {
  const steps = [
    ...cast.accounts.map(({ name }) => plannedSteps(pumaSteps, seed, name, hashedSteps)),
    ...cast.tenants.map(({ name }) => plannedSteps(polykomosSteps, seed, name, hashedSteps)),
  ];
  const plan = JSON.stringify([faults, steps]);
  return createHash("sha256").update(plan).digest("hex").slice(0, 12);
}

/** What was measured and broken while the load was on. */
type Load = { samples: ProbeSample[]; memory: Sample[]; broken: Broken };

/** Lets everybody work while the world breaks by plan, until the time is over and all have ended. */
async function underLoad(
  soak: Soak,
  { seed, seconds }: Options,
  faults: readonly Fault[],
  { accounts, tenants, receiver, probe }: Cast,
): Promise<Load> {
  const endMemory = watchMemory(soak.world);
  const endSweeps = startSweeps(soak, adminToken);
  const aiming = setInterval(() => void probe.aim().catch(() => {}), aimEveryMs);
  const [first = "postgres", ...others] = new Set<Engine>(
    soak.world.members.map(({ engine }) => engine),
  );
  const clients = [
    ...accounts.map((account) => runAgent(soak, account, seed)),
    ...tenants.map((tenant) => runProgram(soak, tenant, seed, [first, ...others], receiver.url)),
  ];
  const breaking = runFaults(soak, faults, say);
  // Awaited below, once the load is over.
  breaking.catch(() => {});
  await pause(seconds * 1_000);
  const samples = await probe.take();
  clearInterval(aiming);
  probe.stop();
  const memory = endMemory();
  soak.end();
  const broken = await breaking;
  await Promise.all(clients);
  await endSweeps();
  return { samples, memory, broken };
}

async function run(options: Options, world: World): Promise<boolean> {
  const { seed, seconds, clients, withFaults } = options;
  const soak = createSoak(world);
  const cast = await gather(soak, options);
  say(`Idle for ${idleMs / 1_000} s, to measure reads`);
  await cast.probe.take();
  await pause(idleMs);
  const idle = timesOf(soak, await cast.probe.take());

  const faults = withFaults ? planFaults(seed, seconds, world.members.length) : [];
  const planHash = planHashOf(options, faults, cast);
  say(
    `Seed ${seed}, plan ${planHash}: ${faults.length} faults in ${seconds} s, ${clients} clients`,
  );
  const { samples, memory, broken } = await underLoad(soak, options, faults, cast);
  const loaded = timesOf(soak, samples, memory);
  const growth = growthOf(memory);

  say("The load is over. Settling, then the audit");
  await settle(soak, adminToken);
  const audited = await auditAll(soak, cast);
  for (const finding of [
    ...auditProbe(soak, samples),
    ...auditLog(world.printed, soak.secrets),
    ...auditTimes(idle, loaded),
    ...auditGrowth(growth),
  ]) {
    soak.report(finding);
  }
  await cast.receiver.stop();

  const outcome = { options, planHash, broken, audited, idle, loaded, growth, memory };
  printReport(soak, outcome);
  const file = writeReport(soak, outcome, world.printed);
  say(`${soak.findings.length === 0 ? "Nothing lost" : "NOT as it must be"}. All of it: ${file}`);
  return soak.findings.length === 0;
}

async function auditAll(soak: Soak, { accounts, tenants, receiver }: Cast): Promise<Audited> {
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
  return sumOf(parts);
}

function sumOf(parts: readonly Partial<Audited>[]): Audited {
  const total: Audited = { rows: 0, versions: 0, databases: 0, logins: 0, events: 0, messages: 0 };
  for (const part of parts) {
    for (const name of Object.keys(total) as (keyof Audited)[]) total[name] += part[name] ?? 0;
  }
  return total;
}

/** Runs a whole soak; its exit code. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const script = await buildWorker("soak/entry.ts", "soak");
  const world = await startWorld(script, say);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void world.stop().finally(() => process.exit(130)));
  }
  try {
    return (await run(options, world)) ? 0 : 1;
  } finally {
    await world.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(explain(error));
  // Clients, timers and the probe are still at work.
  process.exit(1);
}
