/** The number of single-character edits (insert, delete, replace, swap neighbours) between two texts. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The known word nearest to what was typed, or undefined when none is near (more than a third of it would change). */
export function suggest(typed: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.ceil(typed.length / 3)) + 1;
  const lower = typed.toLowerCase().slice(0, 64);
  for (const word of known) {
    const distance = editDistance(lower, word.toLowerCase());
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean "x"?`, or a list of what there is; for the end of an error's hint. */
export function didYouMean(typed: string, known: Iterable<string>): string {
  const words = [...known];
  const near = suggest(typed, words);
  return near === undefined ? `Known: ${words.join(', ')}.` : `Did you mean "${near}"?`;
}
