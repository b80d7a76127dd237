/**
 * Names of downloads. What a client asks for is made safe rather than refused: no path, no control or
 * direction-changing character, nothing that ends a quoted header value or a name on some system.
 */
const charactersMax = 120;
/** Controls, marks that change direction or are not seen, line ends, unassigned characters. */
const unsafe = /[\p{C}\p{Zl}\p{Zp}]+/gu;
const separating = /["\\/:*?<>|]+/g;
const reservedStem = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** A safe name; `otherwise` when nothing is left of it. */
export function safeFilename(name: string, otherwise: string): string {
  const plain = name.toWellFormed().normalize("NFC").replace(unsafe, " ").replace(separating, "_");
  const spaced = plain.replace(/\s+/g, " ").replace(reservedStem, "_$1");
  const safe = shortened(withoutEdges(spaced));
  return /[^_\s.]/.test(safe) ? safe : otherwise;
}

/** Without blanks and dots at either end. A pattern for the end would start anew at every one inside. */
function withoutEdges(name: string): string {
  const start = name.search(/[^\s.]/);
  let end = name.length;
  while (end > start && /[\s.]/.test(name.charAt(end - 1))) end--;
  return start === -1 ? "" : name.slice(start, end);
}

/** Cut before its extension, never inside a character. */
function shortened(name: string): string {
  const characters = [...name];
  if (characters.length <= charactersMax) return name;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? "";
  return characters.slice(0, charactersMax - extension.length).join("") + extension;
}

/** `Content-Disposition` of a download (RFC 6266), with the name in plain and extended form (RFC 8187). */
export function attachment(filename: string): string {
  const plain = filename
    .normalize("NFKD")
    .replace(/[^\x20-\x7e]/g, "_")
    .replace(/["\\%]/g, "_");
  const extended = encodeURIComponent(filename).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${extended}`;
}
