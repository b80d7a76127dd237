/**
 * In a customer's database anything may be named like anything, and PostgreSQL takes a function or an
 * operator of `public` before its own where that fits the arguments better: the operator, who is a
 * superuser, would run it (CVE-2018-1058). So sessions of ours look in pg_catalog alone. A path
 * without pg_temp would have temporary views come first: one called pg_roles, for example.
 */
export const safePath = "pg_catalog, pg_temp";

/** The first statement of each session of ours in a customer's database. */
export const setSafePath = `SET search_path = ${safePath}`;

/** The same for the message alone that it stands first in. */
export const setSafePathOnce = `SET LOCAL search_path = ${safePath}`;
