/** Line drawings of 16 by 16. They say nothing that the word beside them does not. */
const drawings = {
  databases:
    "M13 4c0 1.1-2.2 2-5 2S3 5.1 3 4s2.2-2 5-2 5 .9 5 2ZM3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2",
  keys: "M10.5 9.5a4 4 0 1 0-3.8-2.7L2 11.5V14h2.5v-1.5H6V11h1.5l1.7-1.7c.4.1.9.2 1.3.2ZM11 5h.01",
  team: "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 7.5a2.3 2.3 0 1 0-.5-4.5M11.5 9.7c1.8.4 3 1.8 3 3.8",
  audit: "M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3",
  account: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 14c.4-2.7 2.7-4 5.5-4s5.1 1.3 5.5 4",
  ask: "M2.5 3h11v8H7l-3 2.5V11H2.5zM5.5 6h5M5.5 8.3h3",
  blueprints: "M2.5 2.5h11v11h-11zM2.5 6h11M6 6v7.5",
  webhooks:
    "M6 4.5a2.5 2.5 0 1 1 3.5 2.3L11 10M5 7.5 3.5 10A2.5 2.5 0 1 0 6.5 12H10M11 10a2 2 0 1 1-1 3.5",
  memory: "M4 2.5h8v11l-4-2.5-4 2.5z",
  operator: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",
  reference: "M3 2.5h7.5l2.5 2.5v8.5H3zM10 2.5V5.5h3M5.5 8.5h5M5.5 11h5",
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  );
}
