/** Measuring: medians, ratios against a floor of the same run, and the line that shows them. */

/** One figure: what was measured, the floor it stands on, and the bound it must keep. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The peer and its value in the same run; a figure with a floor is judged by the ratio. */
  readonly floor?: { readonly what: string; readonly value: number };
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
}

/** What the bound judges: the ratio where there is a floor, else the value. */
export function judgedValue({ value, floor }: Figure): number {
  return floor === undefined ? value : value / floor.value;
}

export function keeps(figure: Figure): boolean {
  const judged = judgedValue(figure);
  return 'atMost' in figure.bound ? judged <= figure.bound.atMost : judged >= figure.bound.atLeast;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** One table row, the same on the terminal and in docs/benchmarks.md. */
export function rowOf(figure: Figure): string[] {
  const round = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2));
  const ratio = figure.floor === undefined ? '' : `${round(judgedValue(figure))} ×`;
  const floor = figure.floor === undefined ? '' : `${round(figure.floor.value)} ${figure.unit} (${figure.floor.what})`;
  const [sign, bound] = 'atMost' in figure.bound ? ['≤', figure.bound.atMost] : ['≥', figure.bound.atLeast];
  const wanted = `${sign} ${bound >= 1000 ? bound.toLocaleString('en') : bound}${figure.floor ? ' ×' : ` ${figure.unit}`}`;
  return [figure.what, `${round(figure.value)} ${figure.unit}`, floor, ratio, wanted, keeps(figure) ? 'yes' : 'NO'];
}

export const HEADS = ['what', 'gxops', 'floor in the same run', 'ratio', 'bound', 'kept'];

export function markdown(figures: readonly Figure[]): string {
  const rows = [HEADS, HEADS.map(() => '---'), ...figures.map(rowOf)];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
