import type { Assignment } from "../link/assign.ts";
import type { Features } from "./features.ts";

const unknownCost = 0.5;
const unusedValueCost = 2;
const unusedColumnCost = 0.6;

/** How well a reading explains the question, to choose between readings: links less what is left over. */
export function scoreReading(assignment: Assignment, features: Features): number {
  const { unknown, unusedValues, unusedColumns, dangling } = features;
  const left =
    unknown * unknownCost + unusedValues * unusedValueCost + unusedColumns * unusedColumnCost;
  return assignment.score - left - dangling;
}

const weights: readonly (readonly [keyof Features, number])[] = [
  ["unknown", -0.2],
  ["dangling", -0.25],
  ["unusedValues", -0.2],
  ["unusedColumns", -0.12],
  ["tables", -0.1],
  ["loose", -0.08],
];
const confidenceStart = 1.05;

/** The chance that a reading is right, from 0 to 1; fitted by hand to what evaluations showed. */
export function confidenceOf(features: Features): number {
  let sum = confidenceStart;
  for (const [name, weight] of weights) sum += weight * features[name];
  return Math.round(Math.min(0.98, Math.max(0.02, sum)) * 1000) / 1000;
}
