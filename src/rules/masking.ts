/** Masks by kind of data: which characters of a value stay readable. Shape decides; a wrong check digit is masked all the same. */
import type { Cell } from '../core/batch.ts';
import { pseudonyms } from '../core/keyed.ts';
import type { Keys } from '../core/product.ts';
import { isClearKind, kindName } from './kinds.ts';
import { DOTS, scanText, wideToNarrow } from './masking-scan.ts';

export type Mask = (cell: Cell) => Cell;

/** What stands for a value masked wholly: its length would tell something too. */
const WHOLE = '****';

/** Keeps this many characters at both ends and stars the rest, of which there must be four and a third of all; else keeps less. */
function keep(first: number, last: number): (value: string) => string {
  return (value) => {
    const chars = [...value];
    const enough = (kept: number): boolean => chars.length - kept >= Math.max(4, chars.length / 3);
    if (enough(first + last)) return starred(chars, first, last);
    return enough(last) ? starred(chars, 0, last) : '*'.repeat(chars.length);
  };
}

function starred(chars: readonly string[], first: number, last: number): string {
  const end = last === 0 ? [] : chars.slice(-last);
  return [...chars.slice(0, first), '*'.repeat(Math.max(0, chars.length - first - last)), ...end].join('');
}

/** The fourth last of the old fifteen digits is still the birthday. */
function citizen(value: string): string {
  return /^\d{15}$/.test(value) ? keep(3, 3)(value) : keep(3, 4)(value);
}

/** A citizen's number is in it, with what tax offices append to one, or the old one of fifteen digits. */
const PERSONAL = /^\d{15,20}$|^\d{15,19}X$|\d{17}[\dX]/i;

/** Eighteen digits may be a citizen's number as well as a firm's code: then the stricter mask holds. */
function code(value: string): string {
  const plain = value.replace(/[^0-9A-Za-z]/g, '');
  if (plain === '') return WHOLE;
  if (PERSONAL.test(plain)) return citizen(plain);
  return plain.length >= 15 ? starred([...plain], 6, 4) : keep(2, 2)(plain);
}

/** A mobile keeps three and four, a landline its area code and of the rest what leaves four hidden. */
function phone(value: string): string {
  const [, area, local] = LANDLINE.exec(value) ?? [];
  return area === undefined || local === undefined
    ? keep(3, 4)(value)
    : area + starred([...local], 0, local.length - 4);
}
const LANDLINE = /^([(（]?0\d{2,3}[)）]?[- ]?)(\d{7,8})$/;

/** The surname stays, and of a name with `·` the first character of its first part. */
function personName(value: string): string {
  const chars = [...value.trim()];
  const shown = chars.length > 2 && COMPOUND.has(chars.slice(0, 2).join('')) ? 2 : 1;
  return chars.length < 2 ? '*' : chars.map((char, i) => (i < shown || DOTS.includes(char) ? char : '*')).join('');
}
/** Surnames of two characters. */
export const COMPOUND: ReadonlySet<string> = new Set(
  (
    '欧阳 司马 上官 诸葛 令狐 皇甫 尉迟 夏侯 东方 公孙 慕容 司徒 端木 长孙 宇文 司空 申屠 南宫 轩辕 独孤 呼延 钟离 ' +
    '闻人 澹台 公冶 宗政 濮阳 淳于 单于 太叔 仲孙 鲜于 闾丘 拓跋 赫连 百里 东郭 西门 左丘 第五 梁丘 万俟'
  ).split(' '),
);

/** A firm keeps its place, where that is one for sure, and its legal form; what is no firm is a person. Many a shop bears its owner's name. */
function companyName(value: string): string {
  const form = FORMS.find((one) => value.endsWith(one)) ?? PARTNERS.exec(value)?.[0];
  if (form === undefined) return personName(value);
  const named = PLACE.exec(value)?.[0] ?? (PLACES.has(value.slice(0, 2)) ? value.slice(0, 2) : '');
  const hidden = [...value].length - [...named].length - [...form].length;
  return hidden > 0 ? scanText(`${named}${'*'.repeat(hidden)}${form}`) : `${WHOLE}${form}`;
}
/** The longest first. */
const FORMS =
  '有限责任公司 股份有限公司 个体工商户 有限公司 合伙企业 委员会 合作社 事务所 公司 中心 医院 学校 大学 厂 店 部 行 局'.split(
    ' ',
  );
const PARTNERS = /合伙企业[（(][^（）()]{1,20}[）)]$/;
const PLACE = /^(广西壮族自治区|..?省|[^市县]{2,6}(?<![超门夜菜城])市|[^市县]{2,6}县)/;
/** Provinces, their capitals and the cities of Guangxi, as firms write them in front. */
const PLACES: ReadonlySet<string> = new Set(
  (
    '北京 天津 上海 重庆 河北 山西 辽宁 吉林 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 ' +
    '内蒙 广西 西藏 宁夏 新疆 香港 澳门 石家 太原 沈阳 长春 哈尔 南京 杭州 合肥 福州 南昌 济南 郑州 武汉 长沙 广州 海口 成都 贵阳 昆明 拉萨 ' +
    '西安 兰州 西宁 银川 深圳 南宁 柳州 桂林 梧州 北海 防城 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左'
  ).split(' '),
);

/** Down to county or district. */
function address(value: string): string {
  const shape = /^(?:.{1,10}?(?:自治区|省))?(?:[^市]{1,10}市)?(?:[^县区旗]{1,10}[县区旗])?/u;
  const district = scanText(shape.exec(value)?.[0] ?? '');
  return district === '' || district.length === value.length ? WHOLE : `${district}${WHOLE}`;
}

function email(value: string): string {
  const [, first, host] = /^(.).*@([^@]+)$/u.exec(value) ?? [];
  return first === undefined ? WHOLE : `${first}***@${scanText(host ?? '')}`;
}

function invoiceNo(value: string): string {
  return value.length === 20 ? starred([...value], 4, 4) : keep(0, 4)(value);
}

const MASKS: Readonly<Record<string, (value: string) => string>> = {
  'credit-code': code,
  'taxpayer-id': code,
  'citizen-id': citizen,
  phone,
  'bank-account': keep(6, 4),
  'invoice-code': keep(4, 0),
  'invoice-no': invoiceNo,
  'person-name': personName,
  'company-name': companyName,
  address,
  email,
  plate: keep(2, 1),
  passport: keep(1, 2),
};

/**
 * The mask for one column: a kind, `free-text` (identifiers in it are starred), `clear` and `amount` (text is scanned all the same),
 * `released` (as it is, because the application asked and an approver saw it). Anything else is masked wholly.
 */
export function maskFor(kind: string, keys?: Keys): Mask {
  const name = kindName(kind);
  if (name === 'pseudonym') return keys === undefined ? whole : pseudonym(keys);
  if (name === 'released') return (cell) => cell;
  if (isClearKind(name)) return clearCell;
  if (name === 'unclassified') return unclassified;
  if (name === 'free-text' || name === 'text') return (cell) => withText(cell, scanText);
  const shaped = MASKS[name];
  return shaped === undefined ? whole : (cell) => withText(cell, (text) => shaped(wideToNarrow(text)));
}

/** One token for one value, also in another column and another spelling; without keys there is none, and the value is masked wholly. */
function pseudonym({ join }: Keys): Mask {
  const token = pseudonyms(join);
  return (cell) => withText(cell, (text) => token(oneSpelling(text)));
}

/** Full width, blanks, invisible signs, dashes between two characters and lower case make no other value. */
function oneSpelling(text: string): string {
  if (/^[0-9A-Z]*$/.test(text)) return text;
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Z}\p{Cf}]/gu, '')
    .replace(/(?<=[\p{L}\p{N}])\p{Pd}(?=[\p{L}\p{N}])/gu, '')
    .toUpperCase();
}

/** Numbers of a column said to be clear are numbers; text in it may hide what does not belong there. */
function clearCell(cell: Cell): Cell {
  if (typeof cell === 'string') return MOMENT.test(cell) ? cell : scanText(cell);
  return cell instanceof Uint8Array ? WHOLE : cell;
}
const MOMENT = /^(19|20)\d\d[-/]\d\d?[-/]\d\d?([ T]\d\d?:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/;

/** A column of numbers that nobody classified: a number long enough to be a telephone is masked, and so is any text in it. */
function unclassified(cell: Cell): Cell {
  if (cell === null || typeof cell === 'string' || cell instanceof Uint8Array) return whole(cell);
  return /\d{11}/.test(cell.number) ? scanText(cell.number) : cell;
}

function whole(cell: Cell): Cell {
  return cell === null ? null : WHOLE;
}

function withText(cell: Cell, mask: (text: string) => string): Cell {
  if (cell === null) return null;
  if (cell instanceof Uint8Array) return WHOLE;
  return mask(typeof cell === 'string' ? cell : cell.number);
}
