/** Check digits of the identifiers a tax bureau holds: what makes a value valid, never what decides whether it is masked. */

/** The characters of a credit code in the order of their values: no I, O, S, V, Z. */
export const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const CREDIT_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORG_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** The 18th character of a unified social credit code from its first 17 (GB 32100-2015); undefined for a character outside its alphabet. */
export function creditCheck(first17: string): string | undefined {
  const sum = weighted(first17, CREDIT_WEIGHTS, (char) => CREDIT_ALPHABET.indexOf(char));
  return sum === undefined ? undefined : CREDIT_ALPHABET[(31 - (sum % 31)) % 31];
}

/** The 9th character of an organisation code from its first 8 (GB 11714): X stands for ten. */
export function orgCheck(first8: string): string | undefined {
  const sum = weighted(first8, ORG_WEIGHTS, (char) => (/^[0-9A-Z]$/.test(char) ? Number.parseInt(char, 36) : -1));
  if (sum === undefined) return undefined;
  const rest = 11 - (sum % 11);
  return rest === 10 ? 'X' : rest === 11 ? '0' : String(rest);
}

/** The 18th character of a citizen identity number from its first 17 digits (GB 11643-1999). */
export function citizenCheck(first17: string): string | undefined {
  const sum = weighted(first17, CITIZEN_WEIGHTS, (char) => '0123456789'.indexOf(char));
  return sum === undefined ? undefined : '10X98765432'[sum % 11];
}

/** The digit that makes a bank card number pass Luhn's test. */
export function luhnCheck(digits: string): string {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]) * (place % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return String((10 - (sum % 10)) % 10);
}

/** True for 18 characters whose last one is the check character of a credit code. */
export function isCreditCode(value: string): boolean {
  return value.length === 18 && creditCheck(value.slice(0, 17)) === value[17];
}

/** True for 18 characters with a right check character, a possible birthday and a province that exists (GB/T 2260). */
export function isCitizenId(value: string): boolean {
  const shaped = value.length === 18 && PROVINCE.test(value) && isDate(value.slice(6, 14));
  return shaped && citizenCheck(value.slice(0, 17)) === value[17];
}
const PROVINCE = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)/;

/** True for 13 to 19 digits that pass Luhn's test. */
export function isCard(value: string): boolean {
  return /^\d{13,19}$/.test(value) && luhnCheck(value.slice(0, -1)) === value.at(-1);
}

function isDate(yyyymmdd: string): boolean {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(yyyymmdd) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return Number(year) >= 1800 && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function weighted(text: string, weights: readonly number[], worth: (char: string) => number): number | undefined {
  if (text.length !== weights.length) return undefined;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const value = worth(text.charAt(i));
    if (value < 0) return undefined;
    sum += value * (weights[i] ?? 0);
  }
  return sum;
}
