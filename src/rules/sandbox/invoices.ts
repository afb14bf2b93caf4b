/** The sandbox's invoices: old ones with a code and eight digits, digital ones with twenty, and remarks that hide identifiers. */
import type { Bindable } from '../../core/batch.ts';
import { type Chance, chance } from './chance.ts';
import { card, citizenId, day, personName, phone, type Taxpayer } from './taxpayers.ts';
import { GOODS, HARD_REMARKS, MAIL_HOSTS, PLAIN_REMARKS, REGIONS } from './words.ts';

/** Cells of invoice `id` (from 1) in the order of the table's columns. `taxpayerAt` gives the parties. */
export function invoiceCells(
  seed: string,
  id: number,
  taxpayers: number,
  taxpayerAt: (n: number) => Taxpayer,
): readonly Bindable[] {
  const draw = chance(`${seed}/invoice/${id}`);
  const buyer = draw.below(5) === 0 ? person(draw) : taxpayerAt(draw.below(taxpayers));
  const cents = (1 + draw.below(99_999)) * 10 ** draw.below(4) + draw.below(100);
  const issued = day(draw, 2024, 2025);
  const rate = draw.pick([0.01, 0.03, 0.06, 0.09, 0.13]);
  return [
    id,
    ...numberOf(draw, id, issued),
    taxpayerAt(draw.below(taxpayers)).creditCode,
    buyer.creditCode,
    buyer.name,
    cents / 100,
    Math.round(cents * rate) / 100,
    `${issued} ${time(draw)}`,
    draw.pick(['正常', '正常', '正常', '正常', '正常', '正常', '作废', '红冲']),
    draw.pick(GOODS),
    remark(draw, id),
  ];
}

/** invoice_no and invoice_code: three of ten are old ones. */
function numberOf(draw: Chance, id: number, issued: string): readonly [string, string | null] {
  if (draw.below(10) >= 3) return [`${issued.slice(2, 4)}45${1 + draw.below(2)}${String(id).padStart(15, '0')}`, null];
  const code =
    draw.below(2) === 0 ? `45002${draw.below(6)}${draw.digits(4)}` : `04500${draw.below(3)}${draw.digits(6)}`;
  return [String(id % 100_000_000).padStart(8, '0'), code];
}

/** A private buyer: the citizen's number stands where a firm has its code, or nothing does. */
function person(draw: Chance): { creditCode: string | null; name: string } {
  const creditCode = draw.below(2) === 0 ? citizenId(draw, draw.pick(REGIONS)) : null;
  return { creditCode, name: personName(draw) };
}

function time(draw: Chance): string {
  return [8 + draw.below(11), draw.below(60), draw.below(60)].map((n) => String(n).padStart(2, '0')).join(':');
}

/** The first invoices go once through every hard cell and every hiding place, so that even a small sandbox has them all. */
function remark(draw: Chance, id: number): string | null {
  const hard = HARD_REMARKS[id - 1];
  if (hard !== undefined) return hard;
  const hiding = HIDING[id - 1 - HARD_REMARKS.length];
  if (hiding !== undefined) return hiding(draw);
  const kind = draw.below(20);
  if (kind < 6) return null;
  if (kind < 8) return '';
  if (kind < 15) return draw.pick(PLAIN_REMARKS);
  return kind === 15 ? draw.pick(HARD_REMARKS) : draw.pick(HIDING)(draw);
}

const HIDING: readonly ((draw: Chance) => string)[] = [
  (draw) => `联系人${personName(draw)}，电话${phone(draw)}`,
  (draw) => `请打 ${grouped(phone(draw), [3, 4, 4], ' ')}`,
  (draw) => `手机${wide(phone(draw))}`,
  (draw) => `微信同号${grouped(phone(draw), [3, 4, 4], '-')}，下午联系`,
  (draw) => `+86${phone(draw)}`,
  (draw) => `身份证${citizenId(draw, draw.pick(REGIONS))}`,
  (draw) => `经办人证件：${grouped(citizenId(draw, draw.pick(REGIONS)), [6, 8, 4], ' ')}`,
  (draw) => `证号${wide(citizenId(draw, draw.pick(REGIONS)))}`,
  (draw) => `id=${citizenId(draw, draw.pick(REGIONS)).toLowerCase()};`,
  (draw) => `退款至${card(draw)}`,
  (draw) => `卡号 ${grouped(card(draw), [4, 4, 4, 4, 3], ' ')} ${personName(draw)}`,
  (draw) => `账号${wide(grouped(card(draw), [4, 4, 4, 4, 3], ' '))}`,
  (draw) => `座机0771-${draw.digits(7)}转${draw.digits(3)}`,
  (draw) => `发票发至 zhang.${draw.digits(3)}@${draw.pick(MAIL_HOSTS)}`,
  (draw) => `车牌桂A${draw.digits(5)}，司机${personName(draw)}`,
  (draw) => [...phone(draw)].join('\u200b'),
  (draw) => [...phone(draw)].join('\u3000'),
];

/** Cuts a number into groups as people write it. */
function grouped(text: string, sizes: readonly number[], separator: string): string {
  const groups: string[] = [];
  let rest = text;
  for (const size of sizes) {
    if (rest !== '') groups.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return groups.join(separator);
}

/** The same in full-width forms. */
function wide(text: string): string {
  return text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)).replaceAll(' ', '\u3000');
}
