/**
 * The client's address as Cloudflare's edge saw it. The edge overwrites `CF-Connecting-IP`, so a
 * client cannot choose it; without the edge (local runs) it is what the runner sets.
 */
export function clientIp(request: Request): string {
  return request.headers.get("cf-connecting-ip") ?? "127.0.0.1";
}
