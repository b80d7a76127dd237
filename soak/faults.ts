import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "./fault-plan.ts";
import type { Member } from "./fleet.ts";
import type { Soak } from "./soak.ts";

/** Breaks the world by plan, and mends it. Each outage lasts until the product has found it over. */
export type Broken = Record<Fault["kind"], number>;

const slowMs = 250;
const pollEveryMs = 250;

/** Carries the plan out; resolves when the last fault has been mended. Counts what was done. */
export async function runFaults(
  soak: Soak,
  plan: readonly Fault[],
  say: (line: string) => void,
): Promise<Broken> {
  const startedMs = performance.now();
  const counts: Broken = { kill: 0, link: 0, "full disk": 0, clock: 0, queue: 0, store: 0 };
  const lanes = Map.groupBy(plan, laneOf);
  async function runLane(faults: readonly Fault[]): Promise<void> {
    for (const fault of faults) {
      await pause(Math.max(0, startedMs + fault.atMs - performance.now()));
      if (soak.isOver()) return;
      if (await runFault(soak, fault, say)) counts[fault.kind] += 1;
    }
  }
  await Promise.all([...lanes.values()].map(runLane));
  return counts;
}

/** Faults of one lane wait for each other: a link, say, is mended before it is cut again. */
function laneOf(fault: Fault): string {
  return fault.kind === "link" ? `link ${fault.server}` : fault.kind;
}

/** False when this machine cannot do it. */
async function runFault(soak: Soak, fault: Fault, say: (line: string) => void): Promise<boolean> {
  const { world, outages } = soak;
  switch (fault.kind) {
    case "kill": {
      const end = outages.begin("kill -9", "worker");
      await world.killAndRestart(fault.downMs);
      end();
      return true;
    }
    case "link": {
      const member = world.members[fault.server];
      if (member) await breakLink(soak, member, fault);
      return member !== undefined;
    }
    case "full disk": {
      const member = world.members.find(({ disk }) => disk !== null);
      if (!member?.disk) return false;
      const end = outages.begin(`full disk of ${member.name}`, "polykomos");
      member.disk.fill();
      await pause(fault.forMs);
      member.disk.free();
      if (await member.revive()) say(`${member.name} had ended on its full disk and was started`);
      await found(soak, member);
      end();
      return true;
    }
    case "clock":
      // A Worker that is killed meanwhile starts with the new time.
      await world.moveClock(fault.byMs).catch(() => {});
      return true;
    case "queue": {
      const { lost, doubled, forMs, atMs } = fault;
      await world.setQueueFaults({ seed: `queue ${atMs}`, lost, doubled }).catch(() => {});
      await pause(forMs);
      await world.setQueueFaults({ seed: "none", lost: 0, doubled: 0 }).catch(() => {});
      return true;
    }
    case "store": {
      const end = outages.begin("store away", "polykomos");
      await world.stopStore();
      await pause(fault.forMs);
      await world.startStore();
      end();
      return true;
    }
  }
}

async function breakLink(
  soak: Soak,
  member: Member,
  { how, forMs }: Extract<Fault, { kind: "link" }>,
): Promise<void> {
  const end = soak.outages.begin(`link to ${member.name} ${how}`, "polykomos");
  if (how === "cut") member.link.cut();
  if (how === "silent") member.link.silence();
  if (how === "slow") member.slow(slowMs);
  await pause(forMs);
  member.slow(0);
  if (how !== "slow") member.link.mend();
  await found(soak, member);
  end();
}

/** Waits until the product has found the server well, so that it places databases there again. */
async function found(soak: Soak, member: Member): Promise<void> {
  const read = async () => {
    const [row] = await soak.world.store(
      `SELECT state = 'active' AND check_failures = 0 AS is_well, checked_at::text
       FROM fleet_servers WHERE name = '${member.name}'`,
    );
    return { isWell: row?.is_well === true, checkedAt: row?.checked_at };
  };
  const before = (await read()).checkedAt;
  for (let now = await read(); !soak.isOver(); now = await read()) {
    // A check that was begun while the server was broken may still be recorded once.
    if (now.isWell && now.checkedAt !== before) return;
    await pause(pollEveryMs);
  }
}
