/** Numbers as canonical decimal text. */

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * One text for one number, whatever way the server wrote it: `.71` -> `0.71`, `1.5E3` -> `1500`, no zero that says nothing, no `-0`.
 * No digit is lost. Undefined where it is no decimal number.
 */
export function exactNumber(text: string): string | undefined {
  if (/^(0|-?[1-9]\d*)$/.test(text)) return text;
  const [found, sign = '', whole = '', part = '', power = '0'] = DECIMAL.exec(text) ?? [];
  if (found === undefined || whole + part === '') return undefined;
  const digits = whole + part;
  const point = whole.length + Number(power);
  const before = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const behind = point >= digits.length ? '' : '0'.repeat(Math.max(0, -point)) + digits.slice(Math.max(0, point));
  const integer = before.replace(/^0+(?=\d)/, '') || '0';
  const fraction = behind.replace(/0+$/, '');
  const shown = fraction === '' ? integer : `${integer}.${fraction}`;
  return sign === '-' && shown !== '0' ? `-${shown}` : shown;
}

/** The shortest text that reads back as the same binary number; `single`: as the same number of 32 bits. */
export function floatText(value: number, single: boolean): string {
  if (!single || !Number.isFinite(value)) return String(Object.is(value, -0) ? 0 : value);
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(Object.is(shorter, -0) ? 0 : shorter);
  }
  return String(Number(value.toPrecision(9)));
}
