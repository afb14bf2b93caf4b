/** Which lines of a long output are worth showing: stretches, each from the first line that matches, and how much was left out between. */

export type Stretch = readonly [from: RegExp, lines: number];

/** Indices of the kept lines in order; a number of lines left out stands as `{ left }` where two or more were. */
export function excerptOf(lines: readonly string[], keep: readonly Stretch[]): (number | { readonly left: number })[] {
  const wanted = new Set<number>();
  for (const [from, count] of keep) {
    const at = lines.findIndex((line, i) => !wanted.has(i) && from.test(line));
    for (let i = at; at >= 0 && i < Math.min(at + count, lines.length); i++) wanted.add(i);
  }
  const kept: (number | { left: number })[] = [];
  let left = 0;
  for (let i = 0; i <= lines.length; i++) {
    if (i < lines.length && !wanted.has(i)) left += 1;
    else {
      if (left > 1) kept.push({ left });
      left = 0;
      if (i < lines.length) kept.push(i);
    }
  }
  return kept;
}
