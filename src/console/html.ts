import type { Child } from "hono/jsx";

/** What JSX makes, and what may stand inside an element. Text is escaped when it is written. */
export type HtmlContent = Child;
