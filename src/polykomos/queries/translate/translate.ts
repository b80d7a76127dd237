// The embedded translator: words become names, values and operators, those become clauses, and the
// best of several readings becomes SQL. The same question, catalog and moment give the same bytes.

import type { Question, Translation, Translator, ValueHit } from "../translator.ts";
import { type Compiling, compileQuery } from "./compile/compile.ts";
import { parse, type Reading } from "./grammar/parse.ts";
import { joinGraphOf } from "./joins/graph.ts";
import { linkEntities, termsToProbe } from "./link/entities.ts";
import { lexiconOf } from "./link/lexicon.ts";
import { type Features, featuresOf } from "./rank/features.ts";
import { confidenceOf, scoreReading } from "./rank/score.ts";
import { isUnderstood, refuse } from "./refuse/refuse.ts";
import type { Token } from "./words/tokens.ts";
import { asksForChange, translateChange } from "./writes/write.ts";

export const embeddedTranslator: Translator = { name: "embedded", translate };

async function translate(question: Question): Promise<Translation> {
  const hits = await question.probe(termsToProbe(question.text, question.catalog));
  if (asksForChange(question.text, question.catalog)) return translateChange(question, hits);
  const { readings, tokens } = readingsOf(question, hits);
  const compiling = compilingOf(question, tokens);
  for (const { query, features } of readings) {
    if (!isUnderstood(features)) break;
    const sql = compileQuery(query, compiling);
    if (sql !== null) return { kind: "sql", sql, confidence: confidenceOf(features) };
  }
  return refuse(question.catalog, readings[0]?.draft.pieces ?? []);
}

type Judged = Reading & { features: Features; score: number };

/** All readings of a question, best first. */
function readingsOf(
  question: Pick<Question, "text" | "catalog" | "now">,
  hits: readonly ValueHit[],
): { readings: Judged[]; tokens: readonly Token[] } {
  const lexicon = lexiconOf(question.catalog);
  const graph = joinGraphOf(lexicon);
  const { tokens, assignments } = linkEntities(question.text, question.catalog, hits);
  const readings = assignments.flatMap((assignment): Judged[] => {
    const reading = parse(assignment, lexicon, graph, question.now);
    if (reading === null) return [];
    const features = featuresOf(reading);
    return [{ ...reading, features, score: scoreReading(assignment, features) }];
  });
  return { readings: readings.toSorted((a, b) => b.score - a.score), tokens };
}

function compilingOf(question: Question, tokens: readonly Token[]): Compiling {
  const lexicon = lexiconOf(question.catalog);
  const words = new Set(tokens.map((token) => token.stem));
  const hints = (edge: { from: number; fromColumns: string[] }) => {
    const entry = lexicon.tables[edge.from];
    const column = entry?.columns.find((each) => each.column.name === edge.fromColumns[0]);
    const named = (column?.forms[0] ?? []).filter((word) => word !== "id");
    return named.length === 0 ? 0 : named.filter((word) => words.has(word)).length / named.length;
  };
  const graph = joinGraphOf(lexicon);
  return { catalog: question.catalog, dialect: question.dialect, graph, hints };
}
