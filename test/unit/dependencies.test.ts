import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/build.ts";

/** What is installed is what was chosen, and runs nothing of its own where it serves. */
type Package = {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  dev?: boolean;
  devOptional?: boolean;
  hasInstallScript?: boolean;
};

function read(name: string) {
  return JSON.parse(readFileSync(join(root, name), "utf8"));
}

const { dependencies, devDependencies } = read("package.json");
const packages: [path: string, of: Package][] = Object.entries<Package>(
  read("package-lock.json").packages,
).filter(([path]) => path.startsWith("node_modules/"));

test("every package of the lock file has its SHA-512, and none comes from elsewhere", () => {
  expect(packages.length).toBeGreaterThan(100);
  const loose = packages.filter(
    ([, { integrity = "" }]) => !/^sha512-[\w+/]{86}==$/.test(integrity),
  );
  expect(loose).toEqual([]);
  const elsewhere = packages.filter(
    ([, { resolved, link }]) => link || (resolved ?? "").match(/^(git|http:|file:)/),
  );
  expect(elsewhere).toEqual([]);
});

test("versions are exact, and the lock file has the same", () => {
  const locked = new Map(packages);
  for (const [name, asked] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
    const version = asked.replace(/^npm:.+@/, "");
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    expect(locked.get(`node_modules/${name}`)?.version, name).toBe(version);
  }
});

test("nothing that is in the Worker runs a script when it is installed", () => {
  const serving = packages.filter(([, { dev, devOptional }]) => !dev && !devOptional);
  expect(serving.length).toBeGreaterThan(20);
  expect(serving.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
});

test("the decisions give a reason for every package that is asked for", () => {
  const document = readFileSync(join(root, "docs", "decisions.md"), "utf8");
  const [, section = ""] = document.split("\n## Dependencies\n");
  const reasons = (section.split("\n## ")[0] ?? "").split("\n").map((line) => line.split("|")[1]);
  const names = Object.keys({ ...dependencies, ...devDependencies });
  const isNamed = (name: string) => reasons.some((cell) => cell?.split(/[ ,]+/).includes(name));
  expect(names.filter((name) => !isNamed(name))).toEqual([]);
});

test("the security document speaks of every package that the Worker has", () => {
  const document = readFileSync(join(root, "docs", "security.md"), "utf8");
  expect(Object.keys(dependencies).filter((name) => !document.includes(name))).toEqual([]);
});
