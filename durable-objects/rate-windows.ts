import type { RateWindow } from "../src/lib/rate-window.ts";
import type { RateClass } from "../src/puma/rules/operation.ts";

/** The two rate windows of somebody who asks. */
export type Windows = Partial<Record<RateClass, RateWindow>>;

/** More than this are forgotten together: a few may then do more, once. */
const countMax = 1_000;

/** Windows of those whose number nothing bounds, by id. In memory, as all windows are. */
export class RateWindows {
  readonly #windows = new Map<string, Windows>();

  of(id: string): Windows {
    const known = this.#windows.get(id);
    if (known) return known;
    if (this.#windows.size >= countMax) this.#windows.clear();
    const fresh: Windows = {};
    this.#windows.set(id, fresh);
    return fresh;
  }
}
