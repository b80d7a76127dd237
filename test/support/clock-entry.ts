import worker from "../../src/index.ts";

export * from "../../src/index.ts";

/**
 * The Worker as tests run it: the same code, in a world whose clock can be moved. `POST
 * /test/clock {"ms": n}` moves it n milliseconds ahead for everything in the isolate.
 */
const realNow = Date.now;
const RealDate = Date;
let aheadMs = 0;

Date.now = () => realNow() + aheadMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, values: [], newTarget) =>
    Reflect.construct(target, values.length === 0 ? [Date.now()] : values, newTarget),
});

export default {
  ...worker,
  async fetch(request: Request, env: never, ctx: ExecutionContext) {
    if (new URL(request.url).pathname === "/test/clock") {
      const { ms } = await request.json<{ ms: number }>();
      aheadMs += ms;
      return Response.json({ ahead_ms: aheadMs });
    }
    return await worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx);
  },
};
