const names =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(
    " ",
  );
const larger = new Map([
  ["thirty", 30],
  ["forty", 40],
  ["fifty", 50],
  ["sixty", 60],
  ["hundred", 100],
  ["once", 1],
  ["twice", 2],
  ["1st", 1],
]);
const values = new Map([...names.map((name, value): [string, number] => [name, value]), ...larger]);
const beforeOne = new Set(
  "than least most exactly only top over or equal to just above below".split(" "),
);

/** What a number word counts; "one" alone is a pronoun more often than a number. */
export function numberWord(word: string, before: string): number | null {
  const value = values.get(word);
  if (value === undefined) return null;
  return value <= 1 && word !== "once" && !beforeOne.has(before) ? null : value;
}
