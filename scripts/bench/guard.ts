/** How long the guard takes for a statement: the accepted lists of the fixtures, over a catalogue of the size a real system has. */
import { pathToFileURL } from 'node:url';
import { type GuardRules, guard } from '../../src/rules/sql/guard.ts';
import type { Dialect } from '../../src/rules/sql/refusal.ts';
import { acceptedBlocks } from '../../tests/rules/sql/blocks.ts';
import { rules } from '../../tests/rules/sql/cases.ts';
import { type Figure, median, rowOf } from './measure.ts';

const TABLES = 200;
const COLUMNS = 30;

/** The fixtures' own tables and many that no statement reads, half of their columns in the dictionary. */
function largeRules(dialect: Dialect): GuardRules {
  const own = rules(dialect);
  const names = Array.from({ length: TABLES * COLUMNS }, (_, i) => [`t_${Math.floor(i / COLUMNS)}`, `c_${i}`] as const);
  const more = names.map(([table, name]) => ({ name, table, column: name, type: 'VARCHAR2(40)' }));
  const known = names.filter((_, i) => i % 2 === 0).map(([table, name]) => [`${table}.${name}`, 'clear'] as const);
  return {
    ...own,
    catalogue: [...own.catalogue, ...more],
    classification: { ...own.classification, ...Object.fromEntries(known) },
  };
}

/** Milliseconds a statement, averaged over a dialect's list, the median of so many rounds; the grammar is loaded before. */
export async function guardFigures(rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const dialect of ['sqlite', 'postgres', 'oracle'] as const) {
    const statements = acceptedBlocks(dialect);
    const large = largeRules(dialect);
    const round = async (): Promise<number> => {
      const began = performance.now();
      for (const sql of statements)
        if (!(await guard(sql, large)).ok) throw new Error(`${dialect}: the guard refused ${sql}`);
      return (performance.now() - began) / statements.length;
    };
    for (let i = 0; i < 5; i++) await round();
    const times: number[] = [];
    for (let i = 0; i < rounds; i++) times.push(await round());
    const value = median(times);
    const what = `guard, ${dialect}, a statement of ${statements.length}, ${(TABLES * COLUMNS).toLocaleString('en')} columns`;
    figures.push({ what, value, unit: 'ms', bound: { atMost: 2 } });
  }
  return figures;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const figure of await guardFigures(50)) console.log(rowOf(figure).filter(Boolean).join('   '));
