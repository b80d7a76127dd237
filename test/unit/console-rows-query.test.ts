import { describe, expect, test } from "vitest";
import { rowsQueryOf } from "../../src/console/memory/rows-query.ts";

const asked = (address: string) => rowsQueryOf(new URLSearchParams(address));

describe("which rows an address asks for", () => {
  test.each([
    ["", {}],
    ["field=&is=3&filter=+&sort=+", {}],
    ["field=a&is=open", { filter: '{"a":"open"}' }],
    ["field=a&is=", { filter: '{"a":""}' }],
    ["field=a&is=3", { filter: '{"a":3}' }],
    ["field=a&is=-1.5", { filter: '{"a":-1.5}' }],
    ["field=a&is=3+of+4", { filter: '{"a":"3 of 4"}' }],
    ["field=a&is=true", { filter: '{"a":true}' }],
    ["field=a&is=null", { filter: '{"a":null}' }],
    ['field=a&is="3"', { filter: '{"a":"3"}' }],
    ["field=a&is=[1]", { filter: '{"a":"[1]"}' }],
    ['filter={"b":1}&field=a&is=x', { filter: '{"b":1,"a":"x"}' }],
    ["field=__proto__&is=x", { filter: '{"__proto__":"x"}' }],
    ["sort=-updated_at", { sort: "-updated_at" }],
  ])("%s", (address, query) => {
    expect(asked(address)).toEqual(query);
  });

  test.each([
    ["filter={", /^filter: column \d+: /],
    ["filter=[1]", /^filter: must be an object/],
  ])("%s is refused", (address, message) => {
    expect(() => asked(address)).toThrow(message);
  });
});
