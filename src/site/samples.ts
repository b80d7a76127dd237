import type { Call } from "./calls.ts";

/**
 * A call written in six languages with what each brings along (PHP: its cURL extension). Every sample
 * is a whole program: it reads the key from `POLYKOMOS_KEY` and ids from the environment, and prints
 * the answer.
 */
export const languages = ["curl", "Python", "JavaScript", "PHP", "Ruby", "Go"] as const;
export type Language = (typeof languages)[number];

/** The sample of a call against the product at `origin`. */
export function sampleOf(language: Language, origin: string, call: Call): string {
  return writers[language](origin, call);
}

const writers: Record<Language, (origin: string, call: Call) => string> = {
  curl,
  Python: python,
  JavaScript: javascript,
  PHP: php,
  Ruby: ruby,
  Go: go,
};

/** Splits at `$NAME`: texts at even places, names at odd ones. */
function partsOf(text: string): string[] {
  return text.split(/\$([A-Z][A-Z_]*)/);
}

function hasVariables(text: string): boolean {
  return partsOf(text).length > 1;
}

/** A text with each variable written by `variable`. */
function fill(text: string, variable: (name: string) => string): string {
  return partsOf(text)
    .map((part, at) => (at % 2 === 1 ? variable(part) : part))
    .join("");
}

/** How a language writes a JSON value. */
type Style = {
  /** A text with variables of the environment in it, as an expression. */
  text(value: string): string;
  nothing: string;
  yes: string;
  no: string;
  list(items: string[]): string;
  /** Of keys, quoted as in JSON, and written values. */
  map(entries: [key: string, value: string][]): string;
};

function write(value: unknown, style: Style): string {
  if (value === null) return style.nothing;
  if (typeof value === "boolean") return value ? style.yes : style.no;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return style.text(value);
  if (Array.isArray(value)) return style.list(value.map((each) => write(each, style)));
  return style.map(
    Object.entries(value as object).map(([key, each]) => [JSON.stringify(key), write(each, style)]),
  );
}

/** What most of the languages write alike. */
const common = {
  nothing: "null",
  yes: "true",
  no: "false",
  list: (items: string[]) => `[${items.join(", ")}]`,
};

/** A map in braces with space inside them, as Ruby and JavaScript have it. */
function spaced(entries: string[]): string {
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** A text with variables as an expression that puts its parts together. */
function joined(
  text: string,
  operator: string,
  variable: (name: string) => string,
  literal: (part: string) => string,
): string {
  return partsOf(text)
    .map((part, at) => (at % 2 === 1 ? variable(part) : part && literal(part)))
    .filter((part) => part !== "")
    .join(operator);
}

function indented(text: string, by: string): string {
  return text.replaceAll("\n", `\n${by}`);
}

function curl(origin: string, { method, path, body, hasIdempotencyKey }: Call): string {
  const verb = method === "GET" || (method === "POST" && body) ? "" : ` -X ${method}`;
  const lines = [`curl -sS${verb} "${origin}${path}"`, '-H "Authorization: Bearer $POLYKOMOS_KEY"'];
  if (hasIdempotencyKey) lines.push('-H "Idempotency-Key: $(uuidgen)"');
  if (body) {
    const text = JSON.stringify(body).replaceAll("'", "'\\''");
    lines.push('-H "Content-Type: application/json"');
    lines.push(`-d '${fill(text, (name) => `'"$${name}"'`)}'`);
  }
  return lines.join(" \\\n  ");
}

const pythonStyle: Style = {
  ...common,
  text: (value) =>
    hasVariables(value)
      ? `f"${fill(value, (name) => `{os.environ['${name}']}`)}"`
      : JSON.stringify(value),
  nothing: "None",
  yes: "True",
  no: "False",
  map: (entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(", ")}}`,
};

function python(origin: string, { method, path, body, hasIdempotencyKey }: Call): string {
  const headers = [`"Authorization": f"Bearer {os.environ['POLYKOMOS_KEY']}",`];
  if (hasIdempotencyKey) headers.push('"Idempotency-Key": str(uuid.uuid4()),');
  if (body) headers.push('"Content-Type": "application/json",');
  const data = body ? `\n    data=json.dumps(${write(body, pythonStyle)}).encode(),` : "";
  return `import json, os, urllib.request${hasIdempotencyKey ? ", uuid" : ""}

request = urllib.request.Request(
    ${pythonStyle.text(origin + path)},
    method="${method}",
    headers={
        ${headers.join("\n        ")}
    },${data}
)
with urllib.request.urlopen(request) as response:
    print(json.load(response))`;
}

const javascriptStyle: Style = {
  ...common,
  text: (value) =>
    hasVariables(value)
      ? `\`${fill(value, (name) => `\${process.env.${name}}`)}\``
      : JSON.stringify(value),
  map: (entries) => spaced(entries.map(([key, value]) => `${key.slice(1, -1)}: ${value}`)),
};

function javascript(origin: string, { method, path, body, hasIdempotencyKey }: Call): string {
  const headers = [`Authorization: \`Bearer \${process.env.POLYKOMOS_KEY}\`,`];
  if (hasIdempotencyKey) headers.push('"Idempotency-Key": crypto.randomUUID(),');
  if (body) headers.push('"Content-Type": "application/json",');
  const data = body ? `\n  body: JSON.stringify(${write(body, javascriptStyle)}),` : "";
  return `const response = await fetch(${javascriptStyle.text(origin + path)}, {
  method: "${method}",
  headers: {
    ${headers.join("\n    ")}
  },${data}
});
if (!response.ok) throw new Error(await response.text());
console.log(await response.json());`;
}

const phpStyle: Style = {
  ...common,
  text: (value) => joined(value, " . ", (name) => `getenv("${name}")`, phpText),
  map: (entries) =>
    entries.length === 0
      ? "new stdClass()"
      : `[${entries.map(([key, value]) => `${key} => ${value}`).join(", ")}]`,
};

function phpText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function php(origin: string, { method, path, body, hasIdempotencyKey }: Call): string {
  const headers = ['"Authorization: Bearer " . getenv("POLYKOMOS_KEY"),'];
  const uuid = `$hex = bin2hex(random_bytes(16));
$uuid = preg_replace('/(.{8})(.{4}).(.{3}).(.{3})(.{12})/', '$1-$2-4$3-8$4-$5', $hex);
`;
  if (hasIdempotencyKey) headers.push('"Idempotency-Key: $uuid",');
  if (body) headers.push('"Content-Type: application/json",');
  const data = body ? `\n    CURLOPT_POSTFIELDS => json_encode(${write(body, phpStyle)}),` : "";
  return `<?php
${hasIdempotencyKey ? uuid : ""}$request = curl_init(${phpStyle.text(origin + path)});
curl_setopt_array($request, [
    CURLOPT_CUSTOMREQUEST => "${method}",
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => [
        ${headers.join("\n        ")}
    ],${data}
]);
print_r(json_decode(curl_exec($request), true));`;
}

const rubyStyle: Style = {
  ...common,
  text: (value) =>
    hasVariables(value)
      ? `"${fill(value, (name) => `#{ENV.fetch('${name}')}`)}"`
      : JSON.stringify(value),
  nothing: "nil",
  map: (entries) => spaced(entries.map(([key, value]) => `${key} => ${value}`)),
};

function ruby(origin: string, { method, path, body, hasIdempotencyKey }: Call): string {
  const kind = method.charAt(0) + method.slice(1).toLowerCase();
  const lines = [
    `require "json"`,
    `require "net/http"`,
    ...(hasIdempotencyKey ? ['require "securerandom"'] : []),
    "",
    `uri = URI(${rubyStyle.text(origin + path)})`,
    `request = Net::HTTP::${kind}.new(uri)`,
    `request["Authorization"] = "Bearer #{ENV.fetch('POLYKOMOS_KEY')}"`,
    ...(hasIdempotencyKey ? ['request["Idempotency-Key"] = SecureRandom.uuid'] : []),
    ...(body
      ? [
          'request["Content-Type"] = "application/json"',
          `request.body = JSON.generate(${write(body, rubyStyle)})`,
        ]
      : []),
    'response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") do |http|',
    "  http.request(request)",
    "end",
    "puts JSON.parse(response.body)",
  ];
  return lines.join("\n");
}

const goStyle: Style = {
  ...common,
  text: (value) => joined(value, "+", (name) => `os.Getenv("${name}")`, JSON.stringify),
  nothing: "nil",
  list: (items) => `[]any{${items.join(", ")}}`,
  map: (entries) =>
    `map[string]any{${entries.map(([key, value]) => `${key}: ${value}`).join(", ")}}`,
};

function go(origin: string, { method, path, body, hasIdempotencyKey }: Call): string {
  const imports = [
    ...(body ? ["bytes"] : []),
    ...(hasIdempotencyKey ? ["crypto/rand"] : []),
    ...(body ? ["encoding/json"] : []),
    "fmt",
    "io",
    "net/http",
    "os",
  ];
  const encoding = body ? `\tbody, _ := json.Marshal(${write(body, goStyle)})\n` : "";
  const headers = [
    `request.Header.Set("Authorization", "Bearer "+os.Getenv("POLYKOMOS_KEY"))`,
    ...(hasIdempotencyKey
      ? [
          "id := make([]byte, 16)",
          "rand.Read(id)",
          "id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80",
          `request.Header.Set("Idempotency-Key", fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]))`,
        ]
      : []),
    ...(body ? [`request.Header.Set("Content-Type", "application/json")`] : []),
  ];
  return `package main

import (
${imports.map((each) => `\t"${each}"`).join("\n")}
)

func main() {
${encoding}\trequest, _ := http.NewRequest("${method}", ${goStyle.text(origin + path)}, ${body ? "bytes.NewReader(body)" : "nil"})
\t${indented(headers.join("\n"), "\t")}
\tresponse, err := http.DefaultClient.Do(request)
\tif err != nil {
\t\tpanic(err)
\t}
\tanswer, _ := io.ReadAll(response.Body)
\tfmt.Println(string(answer))
}`;
}
