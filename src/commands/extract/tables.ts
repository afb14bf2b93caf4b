/** Tables that several verbs of extract show. */
import type { Section } from '../../core/report.ts';
import type { Level } from '../../core/site.ts';
import { type Text, t } from '../../core/text.ts';

/** The columns of a result with what hides them. */
export function columnTable(columns: readonly { readonly name: string; readonly mask: string }[]): Section {
  return {
    kind: 'table',
    heading: t('Columns'),
    columns: [t('column'), t('mask')],
    rows: columns.map(({ name, mask }): Text[] => [name, maskWords(mask)]),
  };
}

/** What a mask does, in words. */
export function maskWords(mask: string): Text {
  if (mask === 'clear') return t('nothing personal; its text is scanned');
  if (mask === 'unclassified') return t('numbers not in the dictionary; long ones are masked');
  if (mask === 'released') return t('RELEASED IN CLEAR');
  if (mask === 'whole') return t('masked wholly');
  return t('masked as {kind}', { kind: KIND_WORDS[mask] ?? mask });
}

/** The kinds of the dictionary as people call them. */
const KIND_WORDS: Readonly<Record<string, Text>> = {
  'credit-code': t('credit code'),
  'taxpayer-id': t('taxpayer number'),
  'citizen-id': t('citizen number'),
  phone: t('telephone'),
  'bank-account': t('bank account'),
  'invoice-code': t('invoice code'),
  'invoice-no': t('invoice number'),
  'person-name': t("a person's name"),
  'company-name': t("a firm's name"),
  address: t('address'),
  email: t('e-mail'),
  plate: t('number plate'),
  passport: t('passport'),
  'free-text': t('free text'),
  pseudonym: t('pseudonym (the same value gives the same one)'),
};

/** The level of a datum in words. */
export function levelWords(level: Level): Text {
  return LEVEL_WORDS[level];
}
const LEVEL_WORDS: Readonly<Record<Level, Text>> = {
  core: t('core'),
  important: t('important'),
  general: t('general'),
};
