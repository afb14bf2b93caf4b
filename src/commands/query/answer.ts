/** What a query gave, as it is shown. */
import type { Section } from '../../core/report.ts';
import { t } from '../../core/text.ts';

/** Masked already: text, or null. */
export interface Answer {
  readonly columns: readonly { readonly name: string; readonly mask: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly truncated: boolean;
}

/** Some rows as a table. */
export function tableOf({ columns }: Answer, rows: Answer['rows']): Section {
  return {
    kind: 'table',
    heading: t('Rows'),
    columns: columns.map(({ name }) => name),
    rows: rows.map((row) => row.map((cell) => cell ?? t('NULL'))),
  };
}
