/** The kinds by how much their masks leave readable, and the level and source that a proposal gives each. */
import type { Level } from '../core/site.ts';
import { kindName } from './kinds.ts';

/**
 * Level and source by kind. The levels are those of GB/T 43697-2024; that taxpayers' identity and business facts are confidential says
 * 国税发〔2008〕93号, what is sensitive personal information 《个人信息保护法》 art. 28 and GB/T 35273-2020 appendix B.
 */
const TAXPAYER = '《纳税人涉税保密信息管理暂行办法》（国税发〔2008〕93号）第二条';
const SENSITIVE = '《个人信息保护法》第二十八条；GB/T 35273-2020 附录B';
const PERSONAL = '《个人信息保护法》第四条；GB/T 35273-2020 附录A';
const UNKNOWN = '未识别，按从严原则；《税收征收管理法》第八条';

interface Standing {
  /** Higher is stricter. */
  readonly rank: number;
  readonly level: Level;
  readonly source: string;
}

const STANDINGS: Readonly<Record<string, Standing>> = {
  clear: { rank: 0, level: 'general', source: '不含纳税人标识与个人信息；GB/T 43697-2024' },
  amount: { rank: 0, level: 'general', source: TAXPAYER },
  'free-text': { rank: 1, level: 'important', source: `${TAXPAYER}；文本中可能夹带标识` },
  'company-name': { rank: 2, level: 'general', source: TAXPAYER },
  'invoice-code': { rank: 3, level: 'general', source: TAXPAYER },
  'invoice-no': { rank: 4, level: 'general', source: TAXPAYER },
  'credit-code': { rank: 5, level: 'general', source: `${TAXPAYER}；GB 32100-2015` },
  // The same mask: a firm's code and a person's number are told apart in it.
  'taxpayer-id': { rank: 5, level: 'important', source: `${TAXPAYER}；自然人识别号即身份号码` },
  address: { rank: 7, level: 'important', source: PERSONAL },
  email: { rank: 8, level: 'important', source: PERSONAL },
  plate: { rank: 9, level: 'important', source: PERSONAL },
  'person-name': { rank: 10, level: 'important', source: PERSONAL },
  phone: { rank: 11, level: 'important', source: PERSONAL },
  passport: { rank: 12, level: 'important', source: SENSITIVE },
  'bank-account': { rank: 13, level: 'important', source: SENSITIVE },
  'citizen-id': { rank: 14, level: 'important', source: `${SENSITIVE}；GB 11643-1999` },
  pseudonym: { rank: 15, level: 'important', source: TAXPAYER },
  whole: { rank: 16, level: 'important', source: UNKNOWN },
};
const STRICTEST: Standing = { rank: 16, level: 'important', source: UNKNOWN };

/** How strict a kind's mask is: 0 shows all, 16 nothing. A kind that nobody knows is masked wholly. */
export function strictness(kind: string): number {
  return standingOf(kind).rank;
}

/** The level and source that a proposal gives a kind. Never `core`: which data are core is for the state to say. */
export function standingOf(kind: string): Standing {
  const name = kindName(kind);
  return Object.hasOwn(STANDINGS, name) ? (STANDINGS[name] ?? STRICTEST) : STRICTEST;
}

/** The strictest of some kinds, the first of equals; undefined of none. */
export function strictest(kinds: readonly string[]): string | undefined {
  return kinds.reduce<string | undefined>(
    (best, kind) => (best === undefined || strictness(kind) > strictness(best) ? kind : best),
    undefined,
  );
}
