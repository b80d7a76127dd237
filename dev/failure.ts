const failureName = "Failure";

/** A failure the person at the keyboard can mend: one line that says what is wrong and what to do. */
export function failure(line: string): Error {
  const error = new Error(line);
  error.name = failureName;
  return error;
}

/** The line to show for an error: its own when it is a failure, else a stack for us to read. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === failureName) return error.message;
  const path = "path" in error && typeof error.path === "string" ? error.path : "a file";
  if (hasCode(error, "EACCES") || hasCode(error, "EPERM")) {
    return `No permission for ${path}. If another user started this clone before, use that user, or delete .data as that user.`;
  }
  if (hasCode(error, "ENOENT")) return `There is no ${path}.`;
  if (error.message === "fetch failed") return "Nothing answers there. Is npm start running?";
  if (hasCode(error, "ECONNREFUSED") || hasCode(error, "ENOTFOUND")) {
    return `No connection (${error.message}). Is the address right, and the server running?`;
  }
  if (error.name === "TimeoutError") return "No answer came in time. Try again in a moment.";
  if (hasCode(error, "ENOSPC")) return "The disk is full. Make some room and start again.";
  return error.stack ?? error.message;
}

/** Whether a thrown value is a system error of this code, such as ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
