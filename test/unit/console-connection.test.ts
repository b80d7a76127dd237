import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { connectionForms } from "../../src/console/databases/connection.ts";

const mysql = {
  db_type: "mysql" as const,
  host: "db.example.com",
  port: 3306,
  db_name: "shop",
  db_username: "u1",
};
const secured = encodeURIComponent('{"rejectUnauthorized":true}');
const inClear = { ...mysql, connection_string: "mysql://u1:***@db.example.com:3306/shop" };
const overTls = { ...inClear, connection_string: `${inClear.connection_string}?ssl=${secured}` };

function formsOf(login: typeof inClear): Record<string, string> {
  return Object.fromEntries(connectionForms(login, "secret").map(({ id, text }) => [id, text]));
}

describe("connecting to MySQL", () => {
  test("over TLS, each of the two command-line clients is told so in its own words", () => {
    const { mysql: ofMysql, mariadb: ofMariadb } = formsOf(overTls);
    expect(ofMysql).toMatch(/^mysql .* --ssl-mode=REQUIRED shop$/);
    expect(ofMariadb).toMatch(/^mariadb .* --ssl shop$/);
  });

  test("in clear, one command serves both", () => {
    const { mysql: both, mariadb } = formsOf(inClear);
    expect(both).toMatch(/^mysql .* shop$/);
    expect(both).not.toContain("ssl");
    expect(mariadb).toBeUndefined();
  });

  const hasPython = spawnSync("python3", ["--version"]).status === 0;

  test.runIf(hasPython).each([
    ["over TLS checks certificate and host", overTls, "True CERT_REQUIRED"],
    ["in clear asks for no TLS", inClear, "None"],
  ])("by Python %s", (_, login, expected) => {
    // In the place of PyMySQL: what it is called with.
    const folder = mkdtempSync(join(tmpdir(), "polypuma-python-"));
    const standIn = [
      "def connect(ssl=None, **rest):",
      "    print(ssl.check_hostname, ssl.verify_mode.name) if ssl else print(None)",
      "    raise SystemExit",
    ];
    try {
      writeFileSync(join(folder, "pymysql.py"), standIn.join("\n"));
      const told = execFileSync("python3", ["-c", formsOf(login).python ?? ""], {
        env: { ...process.env, PYTHONPATH: folder },
        encoding: "utf8",
      });
      expect(told.trim()).toBe(expected);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
