import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An authority, and a server's certificate for `localhost` and its key, as files. */
export type Certificates = { folder: string; authority: string; certificate: string; key: string };

/** Makes certificates; `null` where there is no openssl to do it. */
export function makeCertificates(): Certificates | null {
  if (spawnSync("openssl", ["version"]).status !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), "polypuma-certificates-"));
  chmodSync(folder, 0o711);

  function openssl(...words: string[]): void {
    const result = spawnSync("openssl", words, { cwd: folder, encoding: "utf8" });
    if (result.status !== 0) throw new Error(result.stderr);
  }

  const key = ["-newkey", "rsa:2048", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test");
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost");
  const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
  openssl("x509", "-req", "-in", "server.csr", ...by, "-out", "server.pem");
  for (const name of ["server.pem", "server.key"]) chmodSync(join(folder, name), 0o644);
  return {
    folder,
    authority: join(folder, "ca.pem"),
    certificate: join(folder, "server.pem"),
    key: join(folder, "server.key"),
  };
}
