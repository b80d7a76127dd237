/**
 * Regular expressions of variables, matched in time that grows only with pattern and text: by
 * following all their states at once (Thompson, 1968), never by backtracking. What cannot be
 * matched so, backreferences and lookaround, is refused.
 */
export type Pattern = { ok: true; matches(text: string): boolean } | { ok: false; reason: string };

const patternCharsMax = 500;
const statesMax = 5_000;
const repeatMax = 1_000;

type Test = (char: string) => boolean;

/** What is left to match: a `char` takes one character on to `to`, the others go there without one. */
type State =
  | { kind: "char"; test: Test; to: number }
  | { kind: "split"; to: number[] }
  | { kind: "start" | "end"; to: number }
  | { kind: "match" };

type Tree =
  | { kind: "char"; test: Test }
  | { kind: "start" | "end" }
  | { kind: "all" | "any"; items: Tree[] }
  | { kind: "repeat"; item: Tree; min: number; max: number | null };

class Refusal extends Error {}

/** Compiles a pattern in JavaScript's notation (`u` flag), or says why it cannot be taken. */
export function compilePattern(source: string): Pattern {
  if (source.length > patternCharsMax) {
    return { ok: false, reason: `over ${patternCharsMax} characters` };
  }
  try {
    // What JavaScript does not take either would only surprise.
    new RegExp(source, "u");
    const tree = createReader([...source]).readAll();
    const states: State[] = [{ kind: "match" }];
    const first = build(tree, 0, states);
    return { ok: true, matches: (text) => run(states, first, [...text]) };
  } catch (error) {
    if (error instanceof Refusal || error instanceof SyntaxError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}

/** Adds the states of a tree that goes on at the state `to`; the first of them. */
function build(tree: Tree, to: number, states: State[]): number {
  if (states.length > statesMax) throw new Refusal("it is too large");
  switch (tree.kind) {
    case "char":
      return states.push({ kind: "char", test: tree.test, to }) - 1;
    case "start":
    case "end":
      return states.push({ kind: tree.kind, to }) - 1;
    case "all":
      return tree.items.reduceRight((next, item) => build(item, next, states), to);
    case "any":
      return states.push({ kind: "split", to: tree.items.map((i) => build(i, to, states)) }) - 1;
    case "repeat":
      return buildRepeat(tree, to, states);
  }
}

function buildRepeat(tree: Tree & { kind: "repeat" }, to: number, states: State[]): number {
  let next = to;
  if (tree.max === null) {
    const split: State & { kind: "split" } = { kind: "split", to: [to] };
    next = states.push(split) - 1;
    split.to.push(build(tree.item, next, states));
  } else {
    for (let count = tree.min; count < tree.max; count++) {
      next = states.push({ kind: "split", to: [to, build(tree.item, next, states)] }) - 1;
    }
  }
  for (let count = 0; count < tree.min; count++) {
    const first = build(tree.item, next, states);
    // What needs no state matches nothing, however often: `((){1000}){1000}` would not end.
    if (first === next) break;
    next = first;
  }
  return next;
}

/** Whether the pattern matches somewhere in the text. */
function run(states: readonly State[], first: number, chars: readonly string[]): boolean {
  // Where in the text each state was reached last: it is followed once at each character.
  const reachedAt = new Int32Array(states.length).fill(-1);
  let next: number[] = [];
  for (let at = 0; at <= chars.length; at++) {
    const char = chars[at];
    const waiting = [...next, first];
    next = [];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const state = states[index];
      if (!state || reachedAt[index] === at) continue;
      reachedAt[index] = at;
      switch (state.kind) {
        case "match":
          return true;
        case "char":
          if (char !== undefined && state.test(char)) next.push(state.to);
          break;
        case "split":
          waiting.push(...state.to);
          break;
        case "start":
          if (at === 0) waiting.push(state.to);
          break;
        case "end":
          if (at === chars.length) waiting.push(state.to);
          break;
      }
    }
  }
  return false;
}

const classes: Record<string, Test> = {
  d: (char) => /^[0-9]$/.test(char),
  w: (char) => /^\w$/.test(char),
  s: (char) => /^\s$/.test(char),
};

const controls: Record<string, string> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v" };

function createReader(source: readonly string[]) {
  let at = 0;
  const peek = () => source[at];

  function readAll(): Tree {
    const tree = readAny();
    if (at < source.length) throw new Refusal(`"${peek()}" is not expected`);
    return tree;
  }

  function readAny(): Tree {
    const first = readSequence();
    if (peek() !== "|") return first;
    const items = [first];
    while (peek() === "|") {
      at += 1;
      items.push(readSequence());
    }
    return { kind: "any", items };
  }

  function readSequence(): Tree {
    const items: Tree[] = [];
    while (at < source.length && peek() !== "|" && peek() !== ")") items.push(readRepeat());
    return { kind: "all", items };
  }

  function readRepeat(): Tree {
    const item = readOne();
    const bounds = readBounds();
    if (!bounds) return item;
    if (peek() === "?") at += 1;
    if (Math.max(bounds.min, bounds.max ?? 0) > repeatMax)
      throw new Refusal("it repeats too often");
    return { kind: "repeat", item, ...bounds };
  }

  function readBounds(): { min: number; max: number | null } | null {
    const char = peek();
    if (char === "*" || char === "+" || char === "?") {
      at += 1;
      return { min: char === "+" ? 1 : 0, max: char === "?" ? 1 : null };
    }
    const found = /^\{(\d+)(,(\d*))?\}/.exec(source.slice(at, at + 20).join(""));
    if (char !== "{" || !found) return null;
    at += found[0].length;
    const min = Number(found[1]);
    return { min, max: found[2] === undefined ? min : found[3] ? Number(found[3]) : null };
  }

  function readOne(): Tree {
    const char = source[at++];
    switch (char) {
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case ".":
        return { kind: "char", test: (each) => !/[\n\r\u2028\u2029]/.test(each) };
      case "(":
        return readGroup();
      case "[":
        return { kind: "char", test: readClass() };
      case "\\":
        return { kind: "char", test: readEscape() };
      default:
        return { kind: "char", test: (each) => each === char };
    }
  }

  function readGroup(): Tree {
    if (peek() === "?") {
      if (source[at + 1] !== ":") throw new Refusal("lookaround and named groups are not offered");
      at += 2;
    }
    const tree = readAny();
    at += 1;
    return tree;
  }

  function readEscape(): Test {
    const char = source[at++] ?? "";
    const known = classes[char];
    if (known) return known;
    const opposite = classes[char.toLowerCase()];
    if (opposite) return (each) => !opposite(each);
    if (/[1-9bBkpPcux0]/.test(char)) throw new Refusal(`\\${char} is not offered`);
    const literal = controls[char] ?? char;
    return (each) => each === literal;
  }

  function readClass(): Test {
    const isNot = peek() === "^";
    if (isNot) at += 1;
    const tests: Test[] = [];
    while (at < source.length && peek() !== "]") tests.push(readClassItem());
    at += 1;
    return (char) => tests.some((test) => test(char)) !== isNot;
  }

  function readClassItem(): Test {
    if (peek() === "\\") {
      at += 1;
      return readEscape();
    }
    const from = source[at++] ?? "";
    if (peek() !== "-" || source[at + 1] === "]" || source[at + 1] === undefined) {
      return (char) => char === from;
    }
    const to = source[at + 1] ?? "";
    if (to === "\\") throw new Refusal("a range may not end in an escape");
    at += 2;
    const [low, high] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
    return (char) => {
      const code = char.codePointAt(0) ?? 0;
      return code >= low && code <= high;
    };
  }

  return { readAll };
}
