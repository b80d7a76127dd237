/** Whether a URL's host is the machine that the client itself runs on (RFC 8252, 7.3 and 8.3). */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
