export { type ErrorCode, NoAnswerError, NotReadyError, PolypumaError } from "./errors.ts";
export {
  createPolykomos,
  type Polykomos,
  type PolykomosCode,
  type PolykomosSchemas,
  type WaitOptions,
} from "./polykomos.ts";
export { createPumadb, type Pumadb, type PumadbCode, type PumadbSchemas } from "./pumadb.ts";
export { defaultRetry, type Retry, type Send } from "./retry.ts";
export type { CallOptions, ClientOptions } from "./types.ts";
