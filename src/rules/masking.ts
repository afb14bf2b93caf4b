/** Masks by kind of data: which characters of a value stay readable. Shape decides; a wrong check digit is masked all the same. */
import type { Cell } from '../core/batch.ts';
import { pseudonyms } from '../core/keyed.ts';
import type { Keys } from '../core/product.ts';
import { isClearKind, kindName } from './kinds.ts';
import { scanText, wideToNarrow } from './masking-scan.ts';

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

const citizen = keep(3, 4);

/** Eighteen digits may be a citizen's number as well as a firm's code: then the stricter mask holds. */
function code(value: string): string {
  const plain = value.replace(/[^0-9A-Za-z]/g, '');
  if (/^\d{14}(\d|\d{2,5}[xX]?|\d{3}[xX])$/.test(plain)) return citizen(plain);
  return plain.length >= 15 ? starred([...plain], 6, 4) : keep(2, 2)(plain);
}

/** The surname stays, and of a name with `·` the first character of its first part. */
function personName(value: string): string {
  const chars = [...value.trim()];
  const shown = COMPOUND.some((surname) => value.startsWith(surname)) && chars.length > 2 ? 2 : 1;
  return chars.length < 2 ? '*' : chars.map((char, i) => (i < shown || char === '·' ? char : '*')).join('');
}
const COMPOUND = [
  '欧阳',
  '司马',
  '上官',
  '诸葛',
  '令狐',
  '皇甫',
  '尉迟',
  '夏侯',
  '东方',
  '公孙',
  '慕容',
  '司徒',
  '端木',
  '长孙',
  '宇文',
];

/** A firm keeps its place and its legal form; what is no firm is a person. */
function companyName(value: string): string {
  const form =
    /(有限责任公司|股份有限公司|有限公司|合伙企业([（(].*[）)])?|公司|厂|店|中心|合作社|事务所|银行|医院|学校|大学|局|委员会)$/.exec(
      value,
    )?.[0];
  if (form === undefined) return personName(value);
  const place =
    /^(广西壮族自治区|..?省|[^市县]{2,6}市|[^市县]{2,6}县)/.exec(value)?.[0] ?? [...value].slice(0, 2).join('');
  const hidden = [...value].length - [...place].length - [...form].length;
  return hidden > 0 ? scanText(`${place}${'*'.repeat(hidden)}${form}`) : `${WHOLE}${form}`;
}

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
  phone: keep(3, 4),
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
