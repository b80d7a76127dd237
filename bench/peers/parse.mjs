// parse-server on PostgreSQL: `node parse.mjs <port> <connection string>`. Prints "ready".
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { ParseServer } from "parse-server";

// express comes with parse-server and need not be named again.
const express = createRequire(createRequire(import.meta.url).resolve("parse-server"))("express");
const [port, databaseURI] = process.argv.slice(2);
const server = new ParseServer({
  databaseURI,
  appId: "bench",
  masterKey: "bench-master",
  restAPIKey: "bench-rest",
  serverURL: `http://127.0.0.1:${port}/parse`,
  allowClientClassCreation: true,
  verifyServerUrl: false,
  logLevel: "error",
  silent: true,
});
await server.start();
const app = express();
app.use("/parse", server.app);
createServer(app).listen(Number(port), "127.0.0.1", () => console.log("ready"));
