const slugCharsMax = 60;

/** A name as a word for URLs: `Seed Contacts!` → `seed-contacts`. */
export function slugOf(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, slugCharsMax)
    .replaceAll(/^-+|-+$/g, "");
  return plain === "" ? "blueprint" : plain;
}
