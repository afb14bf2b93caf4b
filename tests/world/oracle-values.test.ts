/** Oracle's values exactly: through the real driver's own reader of the server's bytes, as exact text. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { daysText, momentOf, withDigits, yearsText } from '../../src/world/oracle-moment.ts';
import { exactNumber, floatText } from '../../src/world/oracle-number.ts';
import { readDatesExactly } from '../../src/world/oracle-thin.ts';

interface DriverBuffer {
  pos: number;
  writeOracleNumber(text: string): void;
  readOracleNumber(): string;
  writeOracleIntervalDS(value: object): void;
  readOracleIntervalDS(): Parameters<typeof daysText>[0];
  writeOracleIntervalYM(value: object): void;
  readOracleIntervalYM(): Parameters<typeof yearsText>[0];
  parseOracleDate(bytes: Buffer, local?: boolean, databaseZone?: boolean): unknown;
}
/** The buffer that the driver itself reads packets with: what is written here in the server's form is read as from a server. */
const { GrowableBuffer } = createRequire(import.meta.url)('oracledb/lib/impl/datahandlers/buffer.js') as {
  GrowableBuffer: new (initializer?: Buffer, caps?: object) => DriverBuffer;
};
function through<T>(write: (buffer: DriverBuffer) => void, read: (buffer: DriverBuffer) => T): T {
  const buffer = new GrowableBuffer();
  write(buffer);
  buffer.pos = 0;
  return read(buffer);
}

/** A decimal as digits and a power of ten. */
function scaled(text: string): { digits: bigint; power: number } {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const [whole = '', part = ''] = mantissa.split('.');
  return { digits: BigInt(`${whole}${part}` === '-' ? '0' : `${whole}${part}`), power: Number(power) - part.length };
}
function sameNumber(one: string, other: string): boolean {
  const [a, b] = [scaled(one), scaled(other)];
  const least = Math.min(a.power, b.power);
  return a.digits * 10n ** BigInt(a.power - least) === b.digits * 10n ** BigInt(b.power - least);
}

describe('NUMBER', () => {
  it.each([
    ['.71', '0.71'],
    ['-.71', '-0.71'],
    ['0', '0'],
    ['-0', '0'],
    ['007.10', '7.1'],
    ['1.5E3', '1500'],
    ['1e-5', '0.00001'],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['.00000000000000000000000000000000000001', '0.00000000000000000000000000000000000001'],
    ['9007199254740993', '9007199254740993'],
    ['1E125', `1${'0'.repeat(125)}`],
  ])('%s is %s', (text, exact) => expect(exactNumber(text)).toBe(exact));

  it.each(['', '-', '.', '1,5', '1.2.3', 'NaN', '0x10', '1e', ' 1', '１'])('%j is none', (text) => {
    expect(exactNumber(text)).toBeUndefined();
  });

  const decimal = fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }), fc.integer({ min: -80, max: 80 }))
    .map(([minus, digits, power]) => `${minus && digits > 0n ? '-' : ''}${digits}e${power}`);

  it('keeps every digit on the way from the server, in one spelling', () => {
    fc.assert(
      fc.property(decimal, (text) => {
        const sent = through(
          (buffer) => buffer.writeOracleNumber(text),
          (buffer) => buffer.readOracleNumber(),
        );
        const exact = exactNumber(sent) ?? 'none';
        expect(exact).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(sameNumber(exact, text)).toBe(true);
        expect(exactNumber(exact)).toBe(exact);
      }),
      { numRuns: 500 },
    );
  });
});

describe('BINARY_FLOAT and BINARY_DOUBLE', () => {
  it('are the shortest text that reads back as the same number', () => {
    expect([0.1, Math.fround(0.1), 16_777_216, -0, 0.00034].map((value) => floatText(value, true))).toEqual([
      ...['0.1', '0.1', '16777216', '0', '0.00034'],
    ]);
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(Number(floatText(value, true)))).toBe(value === 0 ? 0 : value);
        expect(floatText(value, true).length).toBeLessThanOrEqual(String(value).length);
      }),
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(floatText(value, false))).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});

const two = (n: number) => String(n).padStart(2, '0');
const parts = fc.record({
  year: fc.integer({ min: 1, max: 9_998 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  ...{ hour: fc.nat(23), minute: fc.nat(59), second: fc.nat(59), nanos: fc.nat(999_999_999) },
});
type Parts = typeof parts extends fc.Arbitrary<infer P> ? P : never;

/** As the server sends it: 7, 11 or 13 bytes; `zone` in minutes. */
function sent({ year, month, day, hour, minute, second, nanos }: Parts, size: 7 | 11 | 13, zone = 0): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.set([100 + Math.trunc(year / 100), 100 + (year % 100), month, day, hour + 1, minute + 1, second + 1]);
  if (size > 7) bytes.writeUInt32BE(nanos, 7);
  if (size > 11) bytes.set([20 + Math.trunc(zone / 60), 60 + (zone % 60)], 11);
  return bytes;
}
const day = ({ year, month, day: d }: Parts) => `${String(year).padStart(4, '0')}-${two(month)}-${two(d)}`;
const clock = ({ hour, minute, second }: Parts) => `${two(hour)}:${two(minute)}:${two(second)}`;

/** The same moment so many minutes later, by the calendar of JavaScript. */
function later(from: Parts, minutes: number): Parts {
  const at = new Date(0);
  at.setUTCFullYear(from.year, from.month - 1, from.day);
  at.setUTCHours(from.hour, from.minute + minutes, from.second);
  return {
    ...{ year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), nanos: from.nanos },
    ...{ hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds() },
  };
}

describe('DATE and TIMESTAMP', () => {
  beforeAll(readDatesExactly);
  const read = (bytes: Buffer, local: boolean, database: boolean, caps = {}) =>
    new GrowableBuffer(undefined, caps).parseOracleDate(bytes, local, database);

  it('are what the real driver now reads from the bytes, to the nanosecond, whatever this machine’s time zone', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: -840, max: 840 }), (at, zone) => {
        const nanos = String(at.nanos).padStart(9, '0');
        expect(read(sent(at, 7), true, false)).toBe(`${day(at)} ${clock(at)}`);
        expect(read(sent(at, 11), true, false)).toBe(`${day(at)} ${clock(at)}.${nanos}`);
        const there = later(at, zone);
        const sign = zone < 0 ? '-' : '+';
        const offset = `${sign}${two(Math.trunc(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`;
        expect(read(sent(at, 13, zone), false, false)).toBe(`${day(there)} ${clock(there)}.${nanos} ${offset}`);
        const utc = later(at, -zone);
        const known = { dbTzOffset: zone, dbTzRegion: null };
        expect(read(sent(at, 11), false, true, known)).toBe(`${day(utc)} ${clock(utc)}.${nanos} +00:00`);
      }),
      { numRuns: 300 },
    );
  });

  it('a zone that is not known by its minutes is unread', () => {
    const bytes = sent({ year: 2026, month: 6, day: 1, hour: 0, minute: 0, second: 0, nanos: 0 }, 13);
    bytes[11] = 0x81;
    expect(read(bytes, false, false)).toMatchObject({ unread: expect.anything() });
    for (const caps of [
      { dbTzOffset: null, dbTzRegion: 'Asia/Shanghai' },
      { dbTzOffset: null, dbTzRegion: null },
    ])
      expect(read(bytes.subarray(0, 11), false, true, caps)).toMatchObject({ unread: expect.anything() });
  });

  it('years before our era and days that are none', () => {
    expect(momentOf(Buffer.from([53, 56, 3, 15, 1, 1, 1]), 'none')).toBe('-4744-03-15 00:00:00');
    const none = Buffer.from([120, 126, 2, 31, 1, 1, 1, 0, 0, 0, 0, 28, 60]);
    expect(momentOf(none, 'own')).toMatchObject({ unread: expect.anything() });
  });

  it.each([
    ['2026-01-01 00:00:00.120000000', 3, '2026-01-01 00:00:00.120'],
    ['2026-01-01 00:00:00.123456789', 3, '2026-01-01 00:00:00.123456789'],
    ['2026-01-01 00:00:00', 6, '2026-01-01 00:00:00.000000'],
    ['2026-01-01 00:00:00.000000000 +08:00', 0, '2026-01-01 00:00:00 +08:00'],
  ])('%s with %i digits is %s', (text, digits, shown) => expect(withDigits(text, digits)).toBe(shown));
});

describe('INTERVAL', () => {
  it('by the real driver’s reader', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.nat(999_999), fc.nat(86_399), fc.nat(999_999_999), (minus, days, rest, fseconds) => {
        const n = minus ? -1 : 1;
        const [hours, minutes, seconds] = [Math.trunc(rest / 3_600), Math.trunc(rest / 60) % 60, rest % 60];
        const value = { days: n * days, hours: n * hours, minutes: n * minutes, seconds: n * seconds };
        const text = through(
          (buffer) => buffer.writeOracleIntervalDS({ ...value, fseconds: n * fseconds }),
          (buffer) => daysText(buffer.readOracleIntervalDS()),
        );
        const fraction = `.${String(fseconds).padStart(9, '0')}`.replace(/\.?0+$/, '');
        const sign = minus && days + rest + fseconds > 0 ? '-' : '+';
        expect(text).toBe(`${sign}${two(days)} ${two(hours)}:${two(minutes)}:${two(seconds)}${fraction}`);
      }),
    );
    for (const [years, months, text] of [
      [2, 3, '+02-03'],
      [-2, -3, '-02-03'],
      [0, -1, '-00-01'],
    ] as const)
      expect(
        through(
          (buffer) => buffer.writeOracleIntervalYM({ years, months }),
          (buffer) => yearsText(buffer.readOracleIntervalYM()),
        ),
      ).toBe(text);
  });
});
