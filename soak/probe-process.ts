// A process of its own that reads from pumaDB as an agent would, one read after another with a pause
// between, and measures. Whatever keeps the run's own process busy is not in its figures.

import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { ProbeOrder, ProbeSample } from "./probe.ts";

const everyMs = 10;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const paths = ["/v1/notes?limit=25", "/v1/notes/count", "/v1/notes?filter=%7B%22n%22%3A7%7D"];

let target: ProbeOrder | null = null;
let samples: ProbeSample[] = [];

function readOnce(url: string, key: string): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(url, { agent, headers: { authorization: `Bearer ${key}` } }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode ?? 0));
      answer.on("error", () => resolve(0));
    });
    sent.setTimeout(30_000, () => void sent.destroy());
    sent.on("error", () => resolve(0));
    sent.end();
  });
}

process.on("message", (order: ProbeOrder | "report") => {
  if (order !== "report") {
    target = order;
    return;
  }
  process.send?.(samples);
  samples = [];
});
process.on("disconnect", () => process.exit());

for (let turn = 0; ; turn++) {
  if (target) {
    const { url, key } = target;
    const fromMs = Date.now();
    const startedMs = performance.now();
    const status = await readOnce(url + paths[turn % paths.length], key);
    samples.push({ fromMs, ms: performance.now() - startedMs, status });
  }
  await pause(everyMs);
}
