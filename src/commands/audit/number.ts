/** Numbers as people type them. */
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';

/** The whole number of a flag; Stop('usage') below `least` or for anything else. */
export function wholeNumber(flag: string, value: string, least: number): number {
  const number = Number(value);
  if (/^\d{1,15}$/.test(value) && number >= least) return number;
  throw new Stop('usage', t('{flag} {value}: a whole number from {least} is expected.', { flag, value, least }), {
    notDone: t('Nothing was read.'),
  });
}
