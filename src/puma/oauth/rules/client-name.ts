/** Names that clients give themselves, made fit to be shown to people. */
const shownMax = 60;

/** Without characters that are invisible, change the direction of text or break the line. */
export function shownName(name: string): string {
  const visible = name
    .normalize("NFKC")
    .replace(/\s+/g, " ")
    .replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\u2800/gu, "")
    .replace(/\p{M}{3,}/gu, "")
    .replace(/\s+/g, " ")
    .trim();
  const characters = [...visible];
  if (characters.length === 0) return "(no name)";
  return characters.length <= shownMax ? visible : `${characters.slice(0, shownMax).join("")}…`;
}

const lookalikes =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}]/u;

/** Whether a name mixes Latin letters with those of a script that has letters that look the same. */
export function mixesScripts(name: string): boolean {
  const shown = shownName(name);
  return /\p{Script=Latin}/u.test(shown) && lookalikes.test(shown);
}
