/** The sandbox's taxpayers: firms and sole traders of Guangxi whose codes and numbers have right check digits. */
import type { Bindable } from '../../core/batch.ts';
import { CREDIT_ALPHABET, citizenCheck, creditCheck, luhnCheck, orgCheck } from '../identifiers.ts';
import { type Chance, chance } from './chance.ts';
import {
  CARD_PREFIXES,
  COMPOUND_SURNAMES,
  DOTTED_NAMES,
  FORMS,
  GIVEN,
  REGIONS,
  type Region,
  STREETS,
  SURNAMES,
  TRADE_NAMES,
  TRADES,
} from './words.ts';

export interface Taxpayer {
  readonly creditCode: string;
  readonly name: string;
  readonly legalPerson: string;
  readonly citizenId: string;
  readonly phone: string;
  readonly bankAccount: string;
  readonly address: string;
  readonly region: string;
  readonly registeredOn: string;
}

/** The taxpayer with this number; always the same one for the same seed. */
export function taxpayer(seed: string, number: number): Taxpayer {
  const draw = chance(`${seed}/taxpayer/${number}`);
  const region = draw.pick(REGIONS);
  return {
    creditCode: creditCode(draw, region, number),
    name: `${region.city.replace('市', '')}${draw.pick(TRADE_NAMES)}${draw.pick(TRADES)}${draw.pick(FORMS)}`,
    legalPerson: personName(draw),
    citizenId: citizenId(draw, region),
    phone: phone(draw),
    bankAccount: draw.below(3) === 0 ? card(draw) : draw.digits(15 + draw.below(6)),
    address: `广西壮族自治区${region.city}${region.district}${draw.pick(STREETS)}${1 + draw.below(300)}号${1 + draw.below(30)}层`,
    region: region.code,
    registeredOn: day(draw, 1998, 2025),
  };
}

/** Its cells in the order of the table's columns. */
export function taxpayerCells(one: Taxpayer): readonly Bindable[] {
  return [
    one.creditCode,
    one.name,
    one.legalPerson,
    one.citizenId,
    one.phone,
    one.bankAccount,
    one.address,
    one.region,
    one.registeredOn,
  ];
}

/** A valid code; `number` is scattered over its organisation number without two ever meeting (the factor shares none with 31). */
function creditCode(draw: Chance, region: Region, number: number): string {
  const org = `MA${inBase31(((number + 1) * 7654321) % 31 ** 6)}`;
  const first17 = `91${region.code}${org}${orgCheck(org) ?? '0'}`;
  return `${first17}${creditCheck(first17) ?? draw.digits(1)}`;
}

function inBase31(value: number): string {
  let text = '';
  for (let left = value, i = 0; i < 6; i++, left = Math.floor(left / 31))
    text = CREDIT_ALPHABET.charAt(left % 31) + text;
  return text;
}

/** A citizen's number with a right check character and a birthday between 1955 and 2004. */
export function citizenId(draw: Chance, region: Region): string {
  const first17 = `${region.code}${day(draw, 1955, 2004).replaceAll('-', '')}${draw.digits(3)}`;
  return `${first17}${citizenCheck(first17) ?? 'X'}`;
}

export function personName(draw: Chance): string {
  const kind = draw.below(20);
  if (kind === 0) return draw.pick(DOTTED_NAMES);
  const given = draw.pick(GIVEN);
  return `${draw.pick(kind === 1 ? COMPOUND_SURNAMES : SURNAMES)}${given}${draw.below(3) === 0 && given.length === 1 ? draw.pick(GIVEN.slice(0, 6)) : ''}`;
}

export function phone(draw: Chance): string {
  return `1${3 + draw.below(7)}${draw.digits(9)}`;
}

/** A bank card number that passes Luhn's test. */
export function card(draw: Chance): string {
  const body = `${draw.pick(CARD_PREFIXES)}${draw.digits(12)}`;
  return `${body}${luhnCheck(body)}`;
}

/** An ISO date between two years; every month has its 28 days. */
export function day(draw: Chance, from: number, to: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${from + draw.below(to - from + 1)}-${two(1 + draw.below(12))}-${two(1 + draw.below(28))}`;
}
