import type { Query } from "../logical/query.ts";

/** A query about one table that asks nothing yet. */
export function emptyQuery(main: number): Query {
  return {
    select: [],
    distinct: false,
    main,
    also: [],
    where: [],
    group: [],
    groupBuckets: [],
    having: [],
    order: [],
    limit: null,
    combine: null,
  };
}
