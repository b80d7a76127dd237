import { describe, expect, test } from "vitest";
import { jsonProblem } from "../../src/puma/links/rules/json-problem.ts";

describe("where JSON is broken", () => {
  test.each([
    ['{"a":1}', null],
    [" {\n} ", null],
    ["[]", null],
    ['[1,-0.5e+3,"\\u00e9\\n",true,null,{"":[]}]', null],
    ['"x"', null],
    ["", "1:1 There is no value"],
    ["{", "1:2 The text ends inside an unfinished object"],
    ["[1", "1:3 The text ends inside an unfinished list"],
    ['{"a":1,}', "1:8 The comma before this } is one too many"],
    ["[1,]", "1:4 The comma before this ] is one too many"],
    ['{\n  "a" 1}', "2:7 A colon is missing after the name"],
    ['{"a":1 "b":2}', "1:8 A comma or } is missing here"],
    ["[1 2]", "1:4 A comma or ] is missing here"],
    ["{a:1}", "1:2 A name in quotation marks is missing here"],
    ['{"a":undefined}', "1:6 This is no JSON value"],
    ['{"a":01}', "1:6 This is no JSON value"],
    ['{"a":1.}', "1:6 This is no JSON value"],
    ['{"a":.5}', "1:6 This is no JSON value"],
    ['{"a":truely}', "1:6 This is no JSON value"],
    ["['a']", "1:2 JSON's strings stand in double quotation marks"],
    ['{"a":"b\n"}', "1:6 This string is not closed with a quotation mark"],
    ['{"a":"b', "1:6 This string is not closed with a quotation mark"],
    ['"a\\x"', "1:3 This escape is none of JSON's"],
    ['"a\\u12"', "1:3 This escape is none of JSON's"],
    ['"a\tb"', "1:3 A control character must be written as an escape"],
    ["{} {}", "1:4 Nothing may follow the value, but here is {"],
    ["[}", "1:2 This is no JSON value"],
    ["{]", "1:2 A name in quotation marks is missing here"],
  ])("%j: %s", (text, told) => {
    const problem = jsonProblem(text);
    expect(problem && `${problem.line}:${problem.column} ${problem.message}`).toBe(told);
  });

  test("is told exactly when JSON.parse refuses", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"\\n"',
      '"\\q"',
      "1",
      "-",
      "0",
      "1e5",
      ".5",
    ];
    const others = ["true", "nul", "null", " ", "\n", '"', "'", "\t", "x", "\u00a0", "\u2028"];
    const all = [...pieces, ...others];
    let seed = 7;
    const next = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    const good = ["", '{"a":[1,{"b":null}],"c":"d"}', '[[],{},"x",-1.5e3]'];
    for (let round = 0; round < 40_000; round++) {
      const start = good[next(good.length)] ?? "";
      const cut = next(start.length + 1);
      const middle = Array.from({ length: next(6) }, () => all[next(all.length)]).join("");
      const text = start.slice(0, cut) + middle + start.slice(cut + next(3));
      let parses = true;
      try {
        JSON.parse(text);
      } catch {
        parses = false;
      }
      expect([text, jsonProblem(text) === null]).toEqual([text, parses]);
    }
  });

  test("stands alone: the browser is given its text", () => {
    const own = new Function(`return ${jsonProblem.toString()}`)();
    expect(own('{"a":}')).toEqual(jsonProblem('{"a":}'));
  });
});
