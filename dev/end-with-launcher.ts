// Loaded into wrangler before its own code. Its standard input is a pipe that the launcher holds
// open and never writes to, so the end of it means that the launcher is gone, even by kill -9.
// Signal to process 0: everything in this process group, which is wrangler and its children.

process.stdin.once("close", () => process.kill(0, "SIGKILL"));
process.stdin.resume();
process.stdin.unref();
