import { AccountGate as RealGate } from "../durable-objects/account-gate.ts";
import worker from "../src/index.ts";

export * from "../src/index.ts";

/**
 * The Worker with a count of the calls its account gates get. `GET /bench/gate-calls` tells them by
 * method; a gate and its Worker share an isolate here.
 */
const calls: Record<string, number> = {};

function count(method: string): void {
  calls[method] = (calls[method] ?? 0) + 1;
}

export class AccountGate extends RealGate {
  override admit(...values: Parameters<RealGate["admit"]>) {
    count("admit");
    return super.admit(...values);
  }

  override settle(...values: Parameters<RealGate["settle"]>) {
    count("settle");
    return super.settle(...values);
  }

  override forget(...values: Parameters<RealGate["forget"]>) {
    count("forget");
    return super.forget(...values);
  }

  override learn(...values: Parameters<RealGate["learn"]>) {
    count("learn");
    return super.learn(...values);
  }
}

export default {
  ...worker,
  async fetch(request: Request, env: never, ctx: ExecutionContext) {
    if (request.url.endsWith("/bench/gate-calls")) return Response.json(calls);
    return await worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx);
  },
};
