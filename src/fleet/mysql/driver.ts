import createConnection from "mysql2/lib/create_connection.js";

/** What wrangler.toml aliases mysql2 to: connections, without its pools, server and promises. */
export { createConnection };
