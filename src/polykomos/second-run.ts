import { violatedUnique } from "../db/errors.ts";
import type { Caller } from "./caller.ts";

/**
 * What `make` makes, or what an earlier run of the same request made, cut off before its answer was
 * kept. `index` is the unique one on the request's key, which a second `make` violates.
 */
export async function madeOnce<Made, Known>(
  { requestKey }: Pick<Caller, "requestKey">,
  index: string,
  make: () => Promise<Made>,
  findEarlier: (requestKey: string) => Promise<Known | null>,
): Promise<Made | Known> {
  try {
    return await make();
  } catch (error) {
    if (violatedUnique(error) !== index || requestKey === null) throw error;
    const earlier = await findEarlier(requestKey);
    if (earlier === null) throw error;
    return earlier;
  }
}
