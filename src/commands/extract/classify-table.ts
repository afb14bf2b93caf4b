/** A dictionary as people read it: what loosens on top, every entry with what speaks for it. */
import type { Section } from '../../core/report.ts';
import { type Text, t } from '../../core/text.ts';
import type { Evidence, Judged } from '../../rules/classify.ts';
import type { Compared, Difference } from '../../rules/dictionary-difference.ts';
import { isClearKind } from '../../rules/kinds.ts';
import { levelWords, maskWords } from './tables.ts';

const WORDS: Readonly<Record<Difference, Text>> = {
  looser: t('LOOSER'),
  'clear-new': t('NEW, IN CLEAR'),
  gone: t('GONE'),
  stricter: t('stricter'),
  changed: t('changed'),
  new: t('new'),
  same: t('as before'),
};

/** One line a column; `remarks` say by name what speaks for an entry. */
export function dictionaryTable(
  differences: readonly Compared[],
  remarks: Readonly<Record<string, string>> = {},
): Section {
  const rows = differences.map(({ name, was, entry, difference }): Text[] => {
    return [
      name,
      WORDS[difference],
      was === undefined ? '–' : maskWords(was),
      entry === undefined ? '–' : maskWords(entry.kind),
      entry === undefined ? '–' : levelWords(entry.level),
      remarks[name] ?? '–',
      entry?.source ?? '–',
    ];
  });
  const columns = [t('column'), t('difference'), t('until now'), t('proposed'), t('level'), t('evidence'), t('source')];
  return { kind: 'table', heading: t('Columns'), columns, rows };
}

/** The loud sentences: how many columns will show more than they do now. */
export function looseWords(differences: readonly Compared[]): readonly Text[] {
  const names = (one: Difference) =>
    differences.flatMap(({ name, difference }) => (difference === one ? [name] : [])).join(', ');
  const clear = differences.filter(({ entry }) => entry !== undefined && isClearKind(entry.kind)).length;
  return [
    ...(names('looser') === '' ? [] : [t('LOOSER THAN NOW: {columns}', { columns: names('looser') })]),
    ...(names('clear-new') === '' ? [] : [t('NEW AND SHOWN IN CLEAR: {columns}', { columns: names('clear-new') })]),
    ...(names('gone') === '' ? [] : [t('NO ENTRY ANY MORE: {columns}', { columns: names('gone') })]),
    t('Columns in clear: {clear} of {count}.', { clear, count: differences.length }),
  ];
}

/** What speaks for each judgement, as `high: phone; phone 98%, digits 2% / 1000; name: phone`: counts, never a value. */
export function remarksOf(judged: Readonly<Record<string, Judged>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(judged).map(([name, { kind, confidence, evidence }]) => [
      name,
      `${confidence}: ${kind}; ${evidenceWords(evidence)}`,
    ]),
  );
}

function evidenceWords({ values, name, shares }: Evidence): string {
  const parts = Object.entries(shares).map(([kind, share]) => `${kind} ${share}%`);
  const seen = values === 0 ? '0' : `${parts.join(', ') || '0%'} / ${values}`;
  return name === null ? seen : `${seen}; name: ${name}`;
}
