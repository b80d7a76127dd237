/** Line drawings of 16 by 16. They say nothing that the word beside them does not. */
const drawings = {
  databases:
    "M13 4c0 1.1-2.2 2-5 2S3 5.1 3 4s2.2-2 5-2 5 .9 5 2ZM3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2",
  keys: "M10.5 9.5a4 4 0 1 0-3.8-2.7L2 11.500V14h2.500v-1.500H6V11h1.500l1.700-1.700c.4.1.9.2 1.300.2ZM11 5h.01",
  team: "M6 7.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM1.500 13.500c0-2.500 2-4 4.500-4s4.500 1.500 4.500 4M10.500 7.500a2.300 2.300 0 1 0-.5-4.500M11.500 9.700c1.800.4 3 1.800 3 3.800",
  audit: "M3 2.500h10v11H3zM5.500 5.500h5M5.500 8h5M5.500 10.500h3",
  account:
    "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.500 14c.4-2.700 2.700-4 5.500-4s5.100 1.300 5.500 4",
  ask: "M2.500 3h11v8H7l-3 2.500V11H2.500zM5.500 6h5M5.500 8.300h3",
  blueprints: "M2.500 2.500h11v11h-11zM2.500 6h11M6 6v7.500",
  webhooks:
    "M6 4.500a2.500 2.500 0 1 1 3.500 2.300L11 10M5 7.500 3.500 10A2.500 2.500 0 1 0 6.500 12H10M11 10a2 2 0 1 1-1 3.500",
  memory: "M4 2.500h8v11l-4-2.500-4 2.500z",
  operator: "M2.500 3h11v4h-11zM2.500 9h11v4h-11zM5 5h.01M5 11h.01",
  reference: "M3 2.500h7.500l2.500 2.500v8.500H3zM10 2.500V5.500h3M5.500 8.500h5M5.500 11h5",
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  );
}
