import type { Log } from "../../../lib/log.ts";
import type { Question, Translation, Translator, TranslatorName } from "../translator.ts";

export type Translated = { translation: Translation; translator: TranslatorName };

/**
 * Asks the translators in their order. What one cannot do for a fault of its own or of its network
 * the next one does; what one refuses is refused.
 */
export async function translate(
  deps: { translators: readonly Translator[]; log: Log },
  question: Question,
): Promise<Translated> {
  const [last, ...others] = [...deps.translators].reverse();
  for (const translator of others.reverse()) {
    try {
      return {
        translation: await translator.translate(question),
        translator: translator.name,
      };
    } catch (error) {
      deps.log.warn("translator_failed", { translator: translator.name, error });
    }
  }
  if (!last) throw new Error("There is no translator");
  return { translation: await last.translate(question), translator: last.name };
}
