/** Whole numbers in this range are read as years. */

export const YEAR_MIN = 1000;

export const YEAR_MAX = 2100;
