/**
 * The client's address as Cloudflare's edge saw it. The edge overwrites `CF-Connecting-IP`, so a
 * client cannot choose it; without the edge (local runs) it is what the runner sets.
 */
export function clientIp(request: Request): string {
  return request.headers.get("cf-connecting-ip") ?? "127.0.0.1";
}

/**
 * Who asks for a link that signs in. Cloudflare's edge names each request in `CF-Ray`, and no client can
 * take that away, so what came over it is known not to come from a developer's own machine.
 */
export function askerOf(request: Request): { clientIp: string; cameOverEdge: boolean } {
  return { clientIp: clientIp(request), cameOverEdge: request.headers.has("cf-ray") };
}
