/**
 * A file that the browser keeps and never shows: what people stored is in it, and nothing of it may run
 * on our origin. `disposition` is the Content-Disposition with the file's name.
 */
export function attachmentResponse(
  content: string | ReadableStream<Uint8Array>,
  mediaType: string,
  disposition: string,
): Response {
  return new Response(content, {
    headers: {
      "content-type": mediaType,
      "content-disposition": disposition,
      "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "x-robots-tag": "noindex, nofollow, noarchive",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}
