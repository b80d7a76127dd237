// @triplit/server on lmdb: `node triplit.mjs <port> <folder> <secret>`. Prints "ready".
const [port, folder, secret] = process.argv.slice(2);
process.env.LOCAL_DATABASE_URL = folder;
const { createServer, createTriplitStorageProvider } = await import("@triplit/server");
const start = await createServer({
  storage: await createTriplitStorageProvider("lmdb"),
  jwtSecret: secret,
  projectId: "bench",
  logHandler: { log() {}, handle() {}, startMetric() {}, endMetric() {} },
});
start(Number(port), () => console.log("ready"));
