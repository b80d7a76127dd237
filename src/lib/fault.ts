/**
 * An error that a caller caused. Each API keeps a closed list of codes and owns the mapping from
 * code to HTTP status; the message says what was wrong and what would be right, details are data.
 */
export class Fault<Code extends string = string> extends Error {
  readonly code: Code;
  readonly details: Record<string, unknown> | undefined;
  /** Extra response headers, names in lower case, for example `retry-after`. */
  readonly headers: Record<string, string> | undefined;

  constructor(
    code: Code,
    message: string,
    details?: Record<string, unknown>,
    headers?: Record<string, string>,
  ) {
    super(message);
    this.name = "Fault";
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}
