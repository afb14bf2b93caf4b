/** `npm run bench`: the promised speeds, as ratios against a floor measured in the same run. Leaves nothing behind; `--markdown` prints the table for docs. */
import { cpus } from 'node:os';
import { engineFigures } from './bench/engine.ts';
import { allExtractFigures } from './bench/extract.ts';
import { guardFigures } from './bench/guard.ts';
import { type Figure, HEADS, keeps, markdown, rowOf } from './bench/measure.ts';
import { homeFigure, startFigures } from './bench/start.ts';
import { journalFigures } from './bench-journal.ts';

async function measured(): Promise<Figure[]> {
  const quick = process.argv.includes('--quick');
  return [
    ...startFigures(quick ? 5 : 25),
    homeFigure(quick ? 10_000 : 100_000, quick ? 3 : 9),
    ...(await journalFigures(quick)),
    ...(await engineFigures()),
    ...(await guardFigures(quick ? 10 : 50)),
    ...(await allExtractFigures(quick)),
  ];
}

const figures = await measured();
if (process.argv.includes('--markdown')) console.log(markdown(figures));
else {
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}\n`);
  for (const figure of figures)
    console.log(
      rowOf(figure)
        .map((cell, i) => (cell ? `${HEADS[i]}: ${cell}` : ''))
        .filter(Boolean)
        .join('   '),
    );
}
process.exitCode = figures.every(keeps) ? 0 : 1;
