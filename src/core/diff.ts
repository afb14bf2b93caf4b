/** A line diff for previews: what a file Change would alter, with two lines of context. */

type Edit = readonly [mark: ' ' | '+' | '-', line: string];

/** Longest lines x lines table we are willing to fill; beyond it a file shows as replaced whole. */
const TABLE_LIMIT = 4_000_000;

function longestCommon(a: readonly string[], b: readonly string[]): Edit[] {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const down = table[(i + 1) * width + j] ?? 0;
      const right = table[i * width + j + 1] ?? 0;
      table[i * width + j] = a[i] === b[j] ? (table[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(down, right);
    }
  }
  return walk(a, b, (i, j) => table[i * width + j] ?? 0);
}

function walk(a: readonly string[], b: readonly string[], common: (i: number, j: number) => number): Edit[] {
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push([' ', a[i] ?? '']);
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && common(i + 1, j) >= common(i, j + 1))) edits.push(['-', a[i++] ?? '']);
    else edits.push(['+', b[j++] ?? '']);
  }
  return edits;
}

function editsOf(a: readonly string[], b: readonly string[]): Edit[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => [' ', line]);
  const middle: Edit[] =
    x.length * y.length > TABLE_LIMIT
      ? [...x.map((line): Edit => ['-', line]), ...y.map((line): Edit => ['+', line])]
      : longestCommon(x, y);
  return [...same(a.slice(0, head)), ...middle, ...same(a.slice(a.length - tail))];
}

/** `-old`, `+new` and up to two ` context` lines around each; `@@ line N` before each group. Empty where nothing differs. */
export function lineDiff(before: string, after: string): string[] {
  if (before === after) return [];
  const lines = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
  const edits = editsOf(lines(before), lines(after));
  const shown = edits.map((_, at) => edits.slice(Math.max(0, at - 2), at + 3).some(([mark]) => mark !== ' '));
  const out: string[] = [];
  let line = 1;
  edits.forEach(([mark, text], at) => {
    if (shown[at] && !shown[at - 1]) out.push(`@@ line ${line}`);
    if (shown[at]) out.push(mark + text);
    if (mark !== '+') line++;
  });
  return out.length > 0 ? out : ['@@ end of file: final newline differs'];
}
