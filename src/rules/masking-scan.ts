/** Identifiers hidden in free text: found by shape, also with blanks, dashes, full-width, Chinese or invisible characters between. */

/** Signs people put inside a number; a comma and a line of text end it. */
const BETWEEN = /[\s\p{Z}\p{Cf}\p{Pd}\-_.·•*#/\\()（）［］【】[\]:：+＋~～'"`|]/u;
export const MOST_BETWEEN = 4;
const CHINESE_DIGITS = '零一二三四五六七八九';
const OTHER_DIGITS: Readonly<Record<string, string>> = {
  ...{ 〇: '0', 幺: '1', 壹: '1', 贰: '2', 叁: '3', 肆: '4', 伍: '5', 陆: '6', 柒: '7', 捌: '8', 玖: '9' },
};
/** Nothing but these can be part of an identifier; text without any is left alone at once. */
const WORTH = /[\p{Nd}\p{No}\p{Nl}〇零幺一二三四五六七八九壹贰叁肆伍陆柒捌玖㈠-㈨㊀-㊈@＠]/u;
const HAN = /[\u3400-\u9fff]/;
/** Behind these stands a name; a longer one before what it begins with. */
const NAME_LABELS =
  '法人代表 联系人 经办人 收款人 付款人 开票人 复核人 收货人 收件人 寄件人 委托人 申请人 代表人 负责人 姓名 法人 户名 户主 司机 客户'.split(
    ' ',
  );
/** Before these stands one. */
const TITLES = '先生 女士 小姐 经理 老师 师傅 会计'.split(' ');
/** Behind these stands an address. */
const PLACE_LABELS = '地址 住址 现住 寄往 寄至 送往 送至'.split(' ');
/** The last two characters of each: text without any of these names nobody, and no place, that could be found. */
export const LABEL_ENDS: readonly string[] = [...NAME_LABELS, ...TITLES, ...PLACE_LABELS].map((label) =>
  label.slice(-2),
);
const LABELLED = new RegExp(LABEL_ENDS.join('|'), 'u');
const MAIL_SIGN = /[@＠]/;
const NAMED = new RegExp(
  `(${NAME_LABELS.join('|')})([:：\\s是为]{0,3})(?!证|电|手机|身份|签|账|地址|号)` +
    '(\\p{Script=Han}{1,4}(?:[·•・‧･]\\p{Script=Han}{1,8}){0,4})',
  'gu',
);
const TITLED = new RegExp(`(\\p{Script=Han})(\\p{Script=Han}{1,2})(?=${TITLES.join('|')})`, 'gu');
/** From a label on, down to where the text cannot be an address any more. */
const PLACED = new RegExp(
  `(${PLACE_LABELS.join('|')})([:：\\s是为在]{0,3})[\\p{Script=Han}0-9０-９A-Za-z（）()#＃\\-－—]{4,60}`,
  'gu',
);
const MAIL = /([\p{L}\p{N}])[\p{L}\p{N}._%+-]{0,64}([@＠][\p{L}\p{N}-]{1,63}(?:[.．。][\p{L}\p{N}-]{1,63}){1,8})/gu;
/** A plate begins with one of these. */
export const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼';
const PLATE = new RegExp(`([${PROVINCES}][\\s·]?[A-Z])([\\s·]?[A-Z0-9](?:[\\s·]?[A-Z0-9]){4,5})`, 'gu');

/** Between the parts of a name, as keyboards give it. */
export const DOTS = '·•・‧･';

/** One character that can belong to an identifier: what it stands for and where it lies. */
interface Mark {
  readonly char: string;
  readonly at: number;
  readonly length: number;
}

/** The text with the hidden part of every identifier starred; what is between and around stays. */
export function scanText(text: string): string {
  return hideNumbers(hideWords(text));
}

/** Names, places, mail addresses and plates. */
export function hideWords(text: string): string {
  const named = LABELLED.test(text) ? hideNames(text) : text;
  if (!WORTH.test(named)) return named;
  const mailed = MAIL_SIGN.test(named) ? named.replace(MAIL, '$1***$2') : named;
  return mailed.replace(PLATE, (_all, place: string, rest: string) => `${place}${rest.replace(/[A-Z0-9](?!$)/g, '*')}`);
}

/** Addresses behind a label, names behind one or before a title. */
function hideNames(text: string): string {
  const placed = text.replace(PLACED, '$1$2****');
  const named = placed.replace(
    NAMED,
    (_all, label: string, gap: string, name: string) => `${label}${gap}${star(name)}`,
  );
  return named.replace(TITLED, (_all, surname: string, given: string) => `${surname}${'*'.repeat(given.length)}`);
}

function star(name: string): string {
  return [...name].map((char, i) => (i === 0 || DOTS.includes(char) ? char : '*')).join('');
}

/** Full-width forms as their plain characters; everything else as it is. */
export function wideToNarrow(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ');
}

function hideNumbers(text: string): string {
  if (!WORTH.test(text)) return text;
  const hidden = new Map<number, number>();
  for (const run of runsOf(text)) hideIn(run, hidden);
  if (hidden.size === 0) return text;
  let out = '';
  for (let at = 0; at < text.length; ) {
    const length = hidden.get(at);
    out += length === undefined ? text.charAt(at) : '*';
    at += length ?? 1;
  }
  return out;
}

/** Runs of letters and digits with at most a few signs between two of them. */
function runsOf(text: string): Mark[][] {
  const runs: Mark[][] = [[]];
  let gap = 0;
  let at = 0;
  for (const original of text) {
    const char = plain(original);
    if (char !== undefined) {
      if (gap > MOST_BETWEEN) runs.push([]);
      runs.at(-1)?.push({ char, at, length: original.length });
      gap = 0;
    } else gap += costOf(original);
    at += original.length;
  }
  return runs;
}

/**
 * How far a character that is neither letter nor digit parts two that are; more than MOST_BETWEEN ends a run. A single star may part a
 * number; more of them are a mask, whose two ends must not be taken for one number.
 */
export function costOf(sign: string): number {
  if (!BETWEEN.test(sign)) return MOST_BETWEEN + 1;
  return sign === '*' ? 2 : 1;
}

/** The letter or digit that a character stands for; undefined for one that is neither. */
export function plain(original: string): string | undefined {
  const code = original.codePointAt(0) ?? 0;
  if (code < 0x80) return /[0-9A-Za-z]/.test(original) ? original.toUpperCase() : undefined;
  if (HAN.test(original) && !WORTH.test(original)) return undefined;
  const same = original.normalize('NFKC');
  const digit = CHINESE_DIGITS.indexOf(same);
  if (digit >= 0) return String(digit);
  const other = OTHER_DIGITS[original] ?? same;
  if (/^[0-9A-Za-z]$/.test(other)) return other.toUpperCase();
  return /^\p{Nd}$/u.test(original) ? digitOf(code) : undefined;
}

/** Decimal digits of any script stand in rows of ten that begin with their zero. */
function digitOf(code: number): string {
  let zero = code;
  while (zero > code - 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((code - zero) % 10);
}

/** All shapes are looked for at every place, and a character that any of them hides is hidden. */
function hideIn(run: readonly Mark[], hidden: Map<number, number>): void {
  const text = run.map(({ char }) => char).join('');
  const hide = (from: number, to: number): void => {
    for (const mark of run.slice(from, to)) hidden.set(mark.at, mark.length);
  };
  for (const { shape, keep } of CODES) {
    for (const match of text.matchAll(shape)) {
      const found = match[1] ?? '';
      const digits = found.replace(/\D/g, '').length;
      if (digits * 2 > found.length) hide(match.index + keep[0], match.index + found.length - keep[1]);
    }
  }
  for (const match of text.matchAll(/\d{7,}X?/g)) {
    const [first, last] = kept(match[0].length, /^1[3-9]\d{9}$/.test(match[0]));
    hide(match.index + first, match.index + match[0].length - last);
  }
}

/** Credit codes and the old fifteen-character tax numbers, at every place where one could begin; passports. */
const CODES: readonly { readonly shape: RegExp; readonly keep: readonly [number, number] }[] = [
  { shape: /(?=([0-9A-Z]{2}\d{6}[0-9A-Z]{10}))/g, keep: [6, 4] },
  { shape: /(?=(\d{6}[0-9A-Z]{8}[0-9X]))/g, keep: [6, 4] },
  { shape: /(?=([A-Z]{1,2}\d{7,8}))/g, keep: [1, 2] },
];

/** How much of a run of digits stays readable at its ends, by what its length and beginning make it. */
export function kept(length: number, mobile: boolean): readonly [number, number] {
  if (mobile) return [3, 4];
  if (length === 15) return [3, 3];
  if (length === 17 || length === 18) return [3, 4];
  if (length === 16 || length === 19) return [6, 4];
  if (length === 20) return [4, 4];
  return [0, length >= 8 ? 4 : 2];
}
