const irregular = new Map(
  Object.entries({
    people: "person",
    persons: "person",
    children: "child",
    men: "man",
    women: "woman",
    feet: "foot",
    teeth: "tooth",
    mice: "mouse",
    geese: "goose",
    data: "data",
    staff: "staff",
    status: "status",
    statuses: "status",
    news: "news",
    series: "series",
    species: "species",
    campuses: "campus",
    diagnoses: "diagnosis",
    analyses: "analysis",
    bases: "base",
    courses: "course",
    houses: "house",
    nurses: "nurse",
    cases: "case",
    leaves: "leave",
    lives: "life",
    wives: "wife",
    knives: "knife",
    halves: "half",
    theses: "thesis",
    indices: "index",
    criteria: "criterion",
    movies: "movie",
    cookies: "cookie",
    ties: "tie",
    has: "has",
    was: "was",
    is: "is",
    this: "this",
    his: "his",
    its: "its",
    does: "does",
    bus: "bus",
    gas: "gas",
    lens: "lens",
    less: "less",
    sales: "sale",
    aircrafts: "aircraft",
    zip: "zip",
    calories: "calorie",
  }),
);

const endings: [RegExp, string][] = [
  [/(ss|us|is)$/, "$1"],
  [/ies$/, "y"],
  [/(ch|sh|x|ss|zz)es$/, "$1"],
  [/([^aeiou]o)es$/, "$1"],
  [/s$/, ""],
];

/** The singular of a lower-case noun, or the word itself. */
export function singular(word: string): string {
  const known = irregular.get(word);
  if (known !== undefined) return known;
  if (word.length < 4) return /^(id|no)s$/.test(word) ? word.slice(0, -1) : word;
  const ending = endings.find(([pattern]) => pattern.test(word));
  return ending ? word.replace(ending[0], ending[1]) : word;
}

const derivations: [RegExp, string[]][] = [
  [/(.{3,})ied$/, ["y"]],
  [/(.{3,})ing$/, ["", "e"]],
  [/(.{3,})ed$/, ["", "e"]],
  [/(.{4,})er$/, ["", "e"]],
  [/(.{4,})or$/, ["", "e"]],
  [/(.{3,})ment$/, [""]],
  [/(.{3,})ation$/, ["", "e", "ate"]],
  [/(.{3,})ion$/, ["", "e"]],
  [/(.{4,})ly$/, [""]],
  [/(.{4,})al$/, ["", "e"]],
];

const verbs = new Map(
  "aged age|took take|taken take|left leave|began begin|begun begin|held hold|won win|paid pay|sold sell|bought buy|built build|wrote write|written write|sang sing|sung sing|born birth|spoke speak|spoken speak|taught teach|led lead|lost lose|met meet|ran run|rode ride|shot shoot|sent send|spent spend|drove drive|driven drive|flew fly|grew grow|gave give|given give|found found|chose choose|chosen choose|brought bring|lived live|living live|died death|dying death|performed performance|weigh weight|weighs weight|departs departure|arrives arrival|arrive arrival|depart departure"
    .split("|")
    .map((pair): [string, string] => {
      const [from = "", to = ""] = pair.split(" ");
      return [from, to];
    }),
);

/** Forms that a word may come from: "ordered" from "order", "enrollment" from "enroll". */
export function roots(word: string): string[] {
  const found = derivations.flatMap(([pattern, tails]) => {
    const match = pattern.exec(word);
    if (match === null) return [];
    const stem = match[1] ?? "";
    const undoubled = /([bdglmnprt])\1$/.test(stem) ? [stem.slice(0, -1)] : [];
    return [...tails.map((tail) => stem + tail), ...undoubled];
  });
  const verb = verbs.get(word);
  return [word, ...(verb ? [verb] : []), ...found];
}
