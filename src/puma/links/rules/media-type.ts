/** Which language a text is in, told by its media type or the ending of its name. */
type TextLanguage = { mediaType: string; language: string; endings: readonly string[] };

/** `language` is highlight.js's name for it, or `markdown` and `plain`, which are shown in their own way. */
const known: readonly TextLanguage[] = [
  { mediaType: "text/markdown", language: "markdown", endings: ["md", "markdown"] },
  { mediaType: "text/plain", language: "plain", endings: ["txt", "text", "log"] },
  { mediaType: "application/json", language: "json", endings: ["json", "jsonl", "webmanifest"] },
  { mediaType: "application/yaml", language: "yaml", endings: ["yaml", "yml"] },
  { mediaType: "application/toml", language: "ini", endings: ["toml", "ini", "conf", "env"] },
  { mediaType: "application/xml", language: "xml", endings: ["xml", "plist"] },
  { mediaType: "text/html", language: "xml", endings: ["html", "htm", "vue"] },
  { mediaType: "image/svg+xml", language: "xml", endings: ["svg"] },
  { mediaType: "text/css", language: "css", endings: ["css", "scss"] },
  { mediaType: "text/javascript", language: "javascript", endings: ["js", "mjs", "cjs", "jsx"] },
  { mediaType: "text/x-typescript", language: "typescript", endings: ["ts", "mts", "tsx"] },
  { mediaType: "text/x-python", language: "python", endings: ["py"] },
  { mediaType: "text/x-ruby", language: "ruby", endings: ["rb"] },
  { mediaType: "text/x-php", language: "php", endings: ["php"] },
  { mediaType: "text/x-go", language: "go", endings: ["go"] },
  { mediaType: "text/x-rust", language: "rust", endings: ["rs"] },
  { mediaType: "text/x-java", language: "java", endings: ["java", "kt"] },
  { mediaType: "text/x-c", language: "cpp", endings: ["c", "h", "cc", "cpp", "hpp"] },
  { mediaType: "application/sql", language: "sql", endings: ["sql"] },
  { mediaType: "application/x-sh", language: "bash", endings: ["sh", "bash", "zsh"] },
  { mediaType: "text/x-diff", language: "diff", endings: ["diff", "patch"] },
];

const aliases: Record<string, string> = {
  "text/x-markdown": "text/markdown",
  "application/javascript": "text/javascript",
  "application/x-javascript": "text/javascript",
  "text/typescript": "text/x-typescript",
  "application/typescript": "text/x-typescript",
  "text/yaml": "application/yaml",
  "text/x-yaml": "application/yaml",
  "application/x-yaml": "application/yaml",
  "text/xml": "application/xml",
  "text/x-sh": "application/x-sh",
  "text/x-shellscript": "application/x-sh",
  "text/x-sql": "application/sql",
  "text/toml": "application/toml",
};

const shape =
  /^([a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,60})(?:\s*;\s*charset="?utf-8"?)?$/;

/** A media type in lower case without its parameter; `null` for what is none. Only UTF-8 is stored. */
export function mediaTypeFrom(text: string): string | null {
  return shape.exec(text.trim().toLowerCase())?.[1] ?? null;
}

/** The media type that the ending of a name speaks for. */
export function mediaTypeOf(filename: string): string | undefined {
  const ending = /\.([A-Za-z0-9]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "";
  return known.find(({ endings }) => endings.includes(ending))?.mediaType;
}

/** An ending for names of that media type. */
export function endingOf(mediaType: string): string {
  return languageEntry(mediaType)?.endings[0] ?? "txt";
}

/** The language to show a text in. */
export function languageOf(mediaType: string, filename: string): string {
  const byType = languageEntry(mediaType);
  if (byType && byType.language !== "plain") return byType.language;
  if (/\+json$/.test(mediaType)) return "json";
  if (/\+xml$/.test(mediaType)) return "xml";
  const byName = mediaTypeOf(filename);
  return (byName && languageEntry(byName)?.language) ?? "plain";
}

function languageEntry(mediaType: string): TextLanguage | undefined {
  const name = aliases[mediaType] ?? mediaType;
  return known.find((each) => each.mediaType === name);
}
