/**
 * Stands in for packages that pg loads and we have no use for (wrangler.toml aliases them): `pgpass`,
 * which reads passwords from a file, `pg-cloudflare`, a socket (ours is worker-dial.ts), and
 * `pg-connection-string`, for we give the parts.
 */
export default {};
