export type JsonProblem = { line: number; column: number; index: number; message: string };

/**
 * Where a JSON text is broken, and how; `null` for good JSON (RFC 8259). Line and column count from 1,
 * in UTF-16 units. The same function runs in the Worker and, as its own text, in the browser, whose
 * JSON.parse tells the place in its own words or not at all: so it stands alone and has no function
 * inside, to which a bundler would tie helpers.
 */
export function jsonProblem(text: string): JsonProblem | null {
  const open: string[] = [];
  let at = 0;
  let wants: "value" | "first" | "name" | "colon" | "next" | "end" = "value";
  let message = "";
  while (message === "") {
    while (" \t\n\r".includes(text.charAt(at)) && at < text.length) at++;
    const character = text.charAt(at);
    if (at >= text.length) {
      if (wants === "end") return null;
      const inside = open[open.length - 1] === "{" ? "object" : "list";
      message =
        open.length > 0 ? `The text ends inside an unfinished ${inside}` : "There is no value";
    } else if (wants === "end") {
      message = `Nothing may follow the value, but here is ${character}`;
    } else if (wants === "colon") {
      if (character === ":") {
        at++;
        wants = "value";
      } else message = "A colon is missing after the name";
    } else if (wants === "next") {
      const inObject = open[open.length - 1] === "{";
      if (character === ",") {
        at++;
        wants = inObject ? "name" : "value";
      } else if (character === (inObject ? "}" : "]")) {
        at++;
        open.pop();
        wants = open.length === 0 ? "end" : "next";
      } else message = `A comma or ${inObject ? "}" : "]"} is missing here`;
    } else if (wants === "first" && character === (open[open.length - 1] === "{" ? "}" : "]")) {
      at++;
      open.pop();
      wants = open.length === 0 ? "end" : "next";
    } else if (character === '"') {
      const isName: boolean =
        wants === "name" || (wants === "first" && open[open.length - 1] === "{");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
      const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
      string.lastIndex = at;
      const found = string.exec(text);
      if (found) {
        at += found[0].length;
        wants = isName ? "colon" : open.length === 0 ? "end" : "next";
      } else {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
        const good = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
        good.lastIndex = at;
        const end = at + (good.exec(text)?.[0].length ?? 0);
        if (text.charAt(end) === "\\") message = "This escape is none of JSON's";
        else if (end >= text.length || text.charAt(end) === "\n" || text.charAt(end) === "\r") {
          message = "This string is not closed with a quotation mark";
        } else message = "A control character must be written as an escape";
        if (text.charAt(end) === "\\" || message.startsWith("A control")) at = end;
      }
    } else if (wants === "name" || (wants === "first" && open[open.length - 1] === "{")) {
      message =
        character === "}"
          ? "The comma before this } is one too many"
          : "A name in quotation marks is missing here";
    } else if (character === "{" || character === "[") {
      open.push(character);
      at++;
      wants = "first";
    } else {
      const word =
        /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;
      word.lastIndex = at;
      const found = word.exec(text);
      if (found) {
        at += found[0].length;
        wants = open.length === 0 ? "end" : "next";
      } else if (character === "]") message = "The comma before this ] is one too many";
      else if (character === "'") message = "JSON's strings stand in double quotation marks";
      else message = "This is no JSON value";
    }
  }
  const before = text.slice(0, at).split("\n");
  const column = (before[before.length - 1] ?? "").length + 1;
  return { line: before.length, column, index: at, message };
}
