import type { Log } from "../../../lib/log.ts";
import type { Question, Translation, Translator, TranslatorName } from "../translator.ts";

/**
 * Asks the translators in their order. What one cannot do for a fault of its own or of its network
 * the next one does; what one refuses is refused. The last one's error is thrown.
 */
export async function translate(
  deps: { translators: readonly Translator[]; log: Log },
  question: Question,
): Promise<{ translation: Translation; translator: TranslatorName }> {
  const last = deps.translators.at(-1);
  for (const translator of deps.translators) {
    try {
      return { translation: await translator.translate(question), translator: translator.name };
    } catch (error) {
      if (translator === last) throw error;
      deps.log.warn("translator_failed", { translator: translator.name, error });
    }
  }
  throw new Error("There is no translator");
}
