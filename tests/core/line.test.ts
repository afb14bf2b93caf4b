/** The stored line: one spelling, one sum, one hash, and nothing that could be spelled twice. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Body } from '../../src/core/event.ts';
import { entryOf, leafHash, lineOf, MAX_LINE, NO_PREV, sumHolds, trailerOf } from '../../src/core/line.ts';
import { Stop } from '../../src/core/stop.ts';
import { ACTOR } from '../worlds/journals.ts';

function body(data: unknown, more: object = {}): Body {
  const fixed = { v: 1, log: 'gx-00000001', id: '0', t: '2026-11-23T00:00:00.000Z', mono: 'b:1', tz: '+08:00' };
  const place = { actor: ACTOR, app: { ver: '0', node: 'v24' }, host: 'jump01' };
  return { type: 'audit.read', data, ...fixed, ...place, ...more } as Body;
}

describe('a stored line', () => {
  test('has exactly the four members, in canonical order, and ends with its sum', () => {
    const { bytes } = lineOf(body({ what: 'x' }), NO_PREV, 1);
    const text = bytes.toString('utf8');
    expect(Object.keys(JSON.parse(text))).toEqual(['body', 'prev', 'seq', 'sum']);
    expect(text.endsWith(`,"prev":"${NO_PREV}","seq":1,"sum":"${JSON.parse(text).sum}"}`)).toBe(true);
    const head = text.slice(0, text.lastIndexOf('"sum":"') + 7);
    expect(JSON.parse(text).sum).toBe(crc32(head).toString(16).padStart(8, '0'));
  });

  test('is hashed as an RFC 6962 leaf over its stored bytes', () => {
    const { bytes, entry } = lineOf(body({ what: '发票' }), 'a'.repeat(64), 7);
    const wanted = createHash('sha256')
      .update(Buffer.concat([Buffer.from([0]), bytes]))
      .digest('hex');
    expect(entry.hash).toBe(wanted);
    expect(leafHash(bytes)).toBe(wanted);
    const large = Buffer.alloc(3 * MAX_LINE, 0x61);
    expect(leafHash(large)).toBe(
      createHash('sha256')
        .update(Buffer.concat([Buffer.from([0]), large]))
        .digest('hex'),
    );
  });

  test('reads back as the entry that was written, whatever a string holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 1, max: 2 ** 53 - 2 }),
        (what, seq) => {
          const { bytes, entry } = lineOf(body({ what, '"type":"': '\u0000\n\r"\\' }), 'f'.repeat(64), seq);
          expect(bytes.includes(10)).toBe(false);
          expect(entryOf(bytes)).toEqual(entry);
          expect(trailerOf(bytes)).toMatchObject({ seq, prev: 'f'.repeat(64), sum: true });
        },
      ),
    );
  });

  test.each([
    ['a fraction', 1.5],
    ['an integer beyond 2^53-1', 2 ** 53],
    ['an infinity', Number.POSITIVE_INFINITY],
    ['a lone surrogate', '\ud800'],
    ['a lone low surrogate', 'x\udc00y'],
    ['a bigint', 1n],
  ])('refuses %s', (_, what) => {
    expect(() => lineOf(body({ what }), NO_PREV, 1)).toThrow(Stop);
    expect(() => lineOf(body({ [String(what)]: { deep: [what] } }), NO_PREV, 1)).toThrow(Stop);
  });

  test('spells minus zero as zero, and keeps __proto__ as a member', () => {
    const odd = JSON.parse('{"__proto__":{"a":1},"zero":-0}');
    const { bytes } = lineOf(body(odd), NO_PREV, 1);
    expect(bytes.toString()).toContain('{"__proto__":{"a":1},"zero":0}');
    expect(entryOf(bytes)?.seq).toBe(1);
  });

  test('takes 16 KiB to the byte and refuses one more, naming the side file as the way', () => {
    const spare = MAX_LINE - lineOf(body({ what: '' }), NO_PREV, 1).bytes.length;
    expect(lineOf(body({ what: 'x'.repeat(spare) }), NO_PREV, 1).bytes.length).toBe(MAX_LINE);
    try {
      lineOf(body({ what: 'x'.repeat(spare + 1) }), NO_PREV, 1);
      expect.unreachable();
    } catch (cause) {
      expect(cause).toBeInstanceOf(Stop);
      expect((cause as Stop).verdict).toBe('refused');
      expect(JSON.stringify((cause as Stop).detail.safe)).toContain('side file');
    }
  });

  test('any one byte changed to any other is seen', () => {
    const { bytes } = lineOf(body({ what: 'a' }), NO_PREV, 1);
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [1, 2, 0x20, 0x80, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ mask;
        expect(entryOf(changed), `byte ${at} ^ ${mask}`).toBeUndefined();
      }
    }
  });

  test('reading never throws and never believes random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(entryOf(Buffer.from(bytes))).toBeUndefined();
        expect(sumHolds(Buffer.from(bytes))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
