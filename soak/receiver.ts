import { accept, answerWith, type Receiver, startReceiver } from "../test/support/receiver.ts";
import { randomOf } from "./random.ts";

/** A receiver that is often unwell: it fails, dawdles and hangs up by a seeded share, until it may not. */
export async function startUnwellReceiver(
  seed: number,
  isUnwell: () => boolean,
): Promise<Receiver> {
  const random = randomOf(seed, "receiver");
  const fail = answerWith(500);
  return await startReceiver((response, request) => {
    const drawn = random.next();
    if (!isUnwell() || drawn > 0.14) return accept(response, request);
    if (drawn < 0.08) return fail(response, request);
    if (drawn < 0.11) return void setTimeout(() => accept(response, request), 400);
    request.socket.destroy();
  });
}
