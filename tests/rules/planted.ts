/** Identifiers to plant, the ways people hide them, and what a reader can put together again. */
import fc from 'fast-check';
import { citizenCheck, luhnCheck } from '../../src/rules/identifiers.ts';

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''));
const phone = fc.tuple(fc.constantFrom('13', '15', '17', '18', '19'), digits(9)).map((parts) => parts.join(''));
const citizen = fc
  .tuple(
    fc.constantFrom('450103', '110105'),
    fc.integer({ min: 1950, max: 2005 }),
    fc.constantFrom('0307', '1231'),
    digits(3),
    fc.boolean(),
  )
  .map(([region, year, day, rest, right]) => {
    const first = `${region}${year}${day}${rest}`;
    return `${first}${right ? citizenCheck(first) : 'X'}`;
  });
const card = digits(15).map((rest) => `622${rest}${luhnCheck(`622${rest}`)}`);
const org = fc
  .array(fc.constantFrom(...'0123456789ABCDEFGHJKLMNPQRTUWXY'), { minLength: 8, maxLength: 8 })
  .map((all) => all.join(''));
const credit = fc
  .tuple(fc.constantFrom('91450103', '52110105'), digits(5), org)
  .map(([head, middle, rest]) => `${head}${middle}${rest.slice(0, 5)}`);
/** An identifier of any kind that hides in text, its check digit right or wrong. */
export const planted = fc.oneof(phone, citizen, card, credit);

/** As people and tricksters write a number: as it is, in full width, in groups, with signs or invisible characters between. */
export const disguise = (value: string, how: number): string => {
  const wide = value.replace(/[0-9A-Z]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));
  const forms = [
    value,
    value.toLowerCase(),
    wide,
    value.replace(/(.{4})/g, '$1 '),
    value.replace(/(.{3})/g, '$1-'),
    [...value].join('\u200b'),
    [...wide].join('\u3000'),
    [...value].join('.'),
    value.replace(/\d/g, (digit) => '零一二三四五六七八九'.charAt(Number(digit))),
    value.replace(/\d/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
  ];
  return forms[how % forms.length] ?? value;
};

/** What a reader can put together from an output: every sign taken out, every form made plain. */
export const readable = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[零一二三四五六七八九]/g, (digit) => String('零一二三四五六七八九'.indexOf(digit)))
    .toUpperCase()
    .replace(/[^0-9A-Z*]/g, '');
