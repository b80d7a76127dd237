import { callAs } from "./call.ts";

const sweepEveryMs = 5_000;

/** `wrangler dev` does not fire cron, so this asks for the scheduled work; the result stops it. */
export function startSchedule(url: string, adminToken: string): () => void {
  const admin = callAs(url, adminToken);
  let running = false;
  async function sweep(): Promise<void> {
    if (running) return;
    running = true;
    // A sweep missed while the Worker is busy or reloads is done by the next one.
    await admin("POST", "/admin/v1/sweep").catch(() => undefined);
    running = false;
  }
  sweep();
  const timer = setInterval(sweep, sweepEveryMs);
  return () => clearInterval(timer);
}
