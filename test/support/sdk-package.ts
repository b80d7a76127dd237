import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./build.ts";

const run = promisify(execFile);

/** A project that has installed the SDK, built as it is published. */
export type SdkProject = {
  folder: string;
  /** Checks a program's types as its writer's editor would, then runs it; what it printed. */
  run(program: string, env: Record<string, string>): Promise<string>;
  remove(): void;
};

/** Nothing but what a project of its own would say; the types of dependencies are checked as well. */
const usualProject = {
  compilerOptions: {
    target: "es2022",
    module: "nodenext",
    strict: true,
    noEmit: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules", "@types")],
  },
  include: ["program.ts"],
};

/** The compiler's own message is in what it prints. */
async function tsc(...options: string[]): Promise<void> {
  const compiler = join(root, "node_modules", ".bin", "tsc");
  await run(compiler, options).catch(({ stdout }) => {
    throw new Error(`tsc ${options.join(" ")}\n${stdout}`);
  });
}

/** Builds the SDK into the `node_modules` of a new project. */
export async function projectWithSdk(): Promise<SdkProject> {
  const folder = mkdtempSync(join(tmpdir(), "polypuma-sdk-"));
  const installed = join(folder, "node_modules", "@polypuma", "sdk");
  mkdirSync(installed, { recursive: true });
  cpSync(join(root, "sdk", "package.json"), join(installed, "package.json"));
  symlinkSync(
    join(root, "node_modules", "openapi-fetch"),
    join(folder, "node_modules", "openapi-fetch"),
  );
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(usualProject));
  await tsc("-p", join(root, "sdk", "tsconfig.build.json"), "--outDir", join(installed, "dist"));
  return {
    folder,
    async run(program, env) {
      const file = join(folder, "program.ts");
      writeFileSync(file, program);
      await tsc("-p", folder);
      const { stdout } = await run(process.execPath, [file], { cwd: folder, env });
      return stdout;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
