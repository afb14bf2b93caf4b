/** What each character means to the search for identifiers, as one table: made once from the functions that the search by text uses. */
import { costOf, plain } from './masking-scan.ts';

/** Low eight bits: the letter or digit that a character stands for, 0 for none; the next four how far it parts two of them. */
export const PLAIN = 0xff;
export const COST_SHIFT = 8;
export const COST = 0xf;
/** May end a label or title, begin a plate, or be the sign of a mail address. */
export const LABEL = 0x1000;
export const PLATE = 0x2000;
export const MAIL = 0x4000;
export const DIGIT = 0x8000;

/** The last two characters of every label, and every title: text without any of these pairs names nobody and no place. */
const PAIRS =
  '代表 系人 办人 款人 票人 核人 货人 件人 托人 请人 表人 责人 姓名 法人 户名 户主 司机 客户 地址 住址 现住 寄往 寄至 送往 送至 ' +
  '先生 女士 小姐 经理 老师 师傅 会计';
const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼';

const pairs = new Set(PAIRS.split(' ').map((pair) => pairOf(pair.charCodeAt(0), pair.charCodeAt(1))));

/** True for two characters of the basic plane that could end a label or be a title. */
export function isLabel(first: number, second: number): boolean {
  return pairs.has(pairOf(first, second));
}

function pairOf(first: number, second: number): number {
  return first * 0x10000 + second;
}

let made: Uint16Array | undefined;

/** By code unit of the basic plane; made on first use, in some 30 ms. */
export function signs(): Uint16Array {
  made ??= Uint16Array.from({ length: 0x10000 }, (_, code) => meaning(code));
  return made;
}

const beyond = new Map<number, number>();
const MOST_BEYOND = 4_096;

/** The same for a character beyond the basic plane. */
export function signBeyond(code: number): number {
  const known = beyond.get(code) ?? meaning(code);
  if (beyond.size >= MOST_BEYOND) beyond.clear();
  beyond.set(code, known);
  return known;
}

const ENDS = new Set(PAIRS.split(' ').map((pair) => pair.charAt(1)));

function meaning(code: number): number {
  const char = String.fromCodePoint(code);
  const known = plain(char);
  const worth = known === undefined ? costOf(char) << COST_SHIFT : known.charCodeAt(0);
  return (
    worth |
    (known !== undefined && /\d/.test(known) ? DIGIT : 0) |
    (ENDS.has(char) ? LABEL : 0) |
    (PROVINCES.includes(char) ? PLATE : 0) |
    (char === '@' || char === '＠' ? MAIL : 0)
  );
}
