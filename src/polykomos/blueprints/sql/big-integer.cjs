/**
 * Stands in for the package `big-integer` (wrangler.toml aliases it), which node-sql-parser loads to
 * compare two integers: the language has them by now.
 */
module.exports = BigInt;
