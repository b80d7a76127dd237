import type { Reading } from "../grammar/parse.ts";
import { type Features, featuresOf } from "./features.ts";

const UNKNOWN = 0.5;
const UNUSED_VALUE = 2;
const UNUSED_COLUMN = 0.6;

/** How well a reading explains the question, to choose between readings: links less what is left over. */
export function scoreReading(reading: Reading): number {
  const { unknown, unusedValues, unusedColumns, dangling } = featuresOf(reading);
  const left = unknown * UNKNOWN + unusedValues * UNUSED_VALUE + unusedColumns * UNUSED_COLUMN;
  return reading.assignment.score - left - dangling;
}

const weights: Record<keyof Features, number> = {
  unknown: -0.2,
  dangling: -0.25,
  unusedValues: -0.2,
  unusedColumns: -0.12,
  tables: -0.1,
  loose: -0.08,
  passedOver: 0,
  linked: 0,
};
const START = 1.05;

/** The chance that a reading is right, from 0 to 1; fitted by hand to what evaluations showed. */
export function confidenceOf(features: Features): number {
  let sum = START;
  for (const [name, weight] of Object.entries(weights)) {
    sum += weight * (features[name as keyof Features] ?? 0);
  }
  return Math.round(Math.min(0.98, Math.max(0.02, sum)) * 1000) / 1000;
}
