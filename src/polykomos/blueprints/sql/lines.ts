/** Counts lines from 1. Places must be asked for in rising order; an earlier one gets the last answer. */
export function createLineCounter(text: string): (at: number) => number {
  let line = 1;
  let counted = 0;
  return (at) => {
    for (; counted < Math.min(at, text.length); counted++) {
      if (text.charCodeAt(counted) === 10) line += 1;
    }
    return line;
  };
}
