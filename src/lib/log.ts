/**
 * Structured log lines on the console. Callers pass ids, codes and counts; secrets have no field.
 * As a second fence every string is scrubbed of what looks like one of our secrets.
 */
export type Log = {
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
};

const secretShapes: readonly [RegExp, string][] = [
  [/\b(pk_live|puma_live)_([0-9a-z]+)_[A-Za-z0-9]+/g, "$1_$2_…"],
  [/\b([0-9a-z]{18})[.:]([\w-]{16})[.:][\w-]{32}(?![\w-])/g, "$1.$2.…"],
  [/\bwhsec_[A-Za-z0-9+/=]+/g, "whsec_…"],
  [/\b(postgres(?:ql)?|mysql):\/\/([^:@/\s]+):[^@\s]+@/g, "$1://$2:…@"],
  [/\bv1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+/g, "sealed…"],
  [/\b[0-9a-f]{40}\.[A-Za-z0-9]{40}\b/g, "link…"],
  [/(\/(?:view|download)\/)[A-Za-z0-9_-]{40,}/g, "$1…"],
  [/\b((?:console-session|puma-session|puma-pending-[0-9a-f]+)=)[^;\s"]+/g, "$1…"],
  [/SCRAM-SHA-256\$[^\s']+/g, "SCRAM-SHA-256$…"],
  [/\b(Bearer)\s+\S+/gi, "$1 …"],
];

/** The text without anything that has the shape of a key, password, sealed text or signing secret. */
export function scrub(text: string): string {
  return secretShapes.reduce((left, [shape, instead]) => left.replace(shape, instead), text);
}

function plain(value: unknown): unknown {
  if (value instanceof Error) {
    const cause = value.cause === undefined ? {} : { cause: plain(value.cause) };
    return { name: value.name, message: value.message, stack: value.stack, ...cause };
  }
  return value;
}

function line(level: string, event: string, fields: Record<string, unknown> = {}): string {
  const flat = Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, plain(v)]));
  return scrub(JSON.stringify({ level, event, ...flat }));
}

export const consoleLog: Log = {
  info: (event, fields) => console.log(line("info", event, fields)),
  warn: (event, fields) => console.warn(line("warn", event, fields)),
  error: (event, fields) => console.error(line("error", event, fields)),
};
