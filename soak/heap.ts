import WebSocket from "ws";

/** Our Worker's, beside those of the simulators in its process. */
const isolate = "/core:user:";
const timeoutMs = 5_000;
const bytesInMegabyte = 1_048_576;

type Usage = { usedSize: number; backingStorageSize: number };
/** Of the last step; an error has no result. */
type Reply = { id?: number; result?: Usage };

/**
 * The memory that the Worker's isolate holds on to, in MB: its heap and buffers after everything that
 * nobody needs any more was collected. Null when the Worker ends meanwhile. By the Chrome DevTools
 * Protocol: https://chromedevtools.github.io/devtools-protocol/tot/HeapProfiler
 */
export async function liveHeapOf(inspectorUrl: string): Promise<number | null> {
  const socket = new WebSocket(new URL(isolate, inspectorUrl));
  try {
    return await new Promise<number | null>((resolve) => {
      const steps = [
        "Runtime.enable",
        "HeapProfiler.enable",
        "HeapProfiler.collectGarbage",
        "Runtime.getHeapUsage",
      ];
      const timer = setTimeout(() => resolve(null), timeoutMs);
      timer.unref();
      socket.on("error", () => resolve(null));
      socket.on("close", () => resolve(null));
      const send = (id: number) => socket.send(JSON.stringify({ id, method: steps[id] }));
      socket.on("open", () => send(0));
      socket.on("message", (message) => {
        const { id, result }: Reply = JSON.parse(String(message));
        if (id === undefined) return;
        if (id + 1 < steps.length) return send(id + 1);
        clearTimeout(timer);
        resolve(result ? (result.usedSize + result.backingStorageSize) / bytesInMegabyte : null);
      });
    });
  } finally {
    socket.terminate();
  }
}
