/** Verifying the chain: every change of a stored journal is found, named at its place, and never taken for whole. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Body, Draft, Entry } from '../../src/core/event.ts';
import { leafHash, lineOf, NO_PREV } from '../../src/core/line.ts';
import type { StoredLine } from '../../src/core/world.ts';
import { chainCheck, verifyChain } from '../../src/records/chain.ts';
import { ACTOR, GENESIS, kinds, note, verifiedBytes } from '../worlds/journals.ts';

const LOG = 'gx-00000001';

function stamped(draft: Draft, seq: number, log = LOG): Body {
  const fixed = { id: `0${seq}`, t: '2026-11-23T00:00:00.000Z', mono: `b:${seq}`, tz: '+08:00', v: 1 as const, log };
  return { ...draft, ...fixed, actor: ACTOR, app: { ver: '0', node: 'v24' }, host: 'jump01' };
}

interface Made {
  readonly lines: readonly Buffer[];
  readonly entries: readonly Entry[];
}

function made(drafts: readonly Draft[], from = { seq: 1, prev: NO_PREV }, log = LOG): Made {
  const lines: Buffer[] = [];
  const entries: Entry[] = [];
  let { seq, prev } = from;
  for (const draft of drafts) {
    const line = lineOf(stamped(draft, seq, log), prev, seq);
    lines.push(line.bytes);
    entries.push(line.entry);
    prev = line.entry.hash;
    seq += 1;
  }
  return { lines, entries };
}

function joined(lines: readonly Uint8Array[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
}

const run = 'R-20261123-AAAAA';
const side = { path: 'runs/x', sha256: 'a'.repeat(64) };
const intended = (change: string, of = run): Draft => ({
  type: 'change.intended',
  run: of,
  data: { change, target: 'host:a', kind: 'file', summary: 's', body: side, undo: 'pre-image', probe: true },
});
const ended = (change: string, of = run): Draft => ({
  type: 'change.made',
  run: of,
  data: { change, made: { code: 0 }, by: 'outcome' },
});

const SMALL = made([GENESIS, note('一'), intended('a.1'), ended('a.1'), note('five'), note('six')]);
const WHOLE = joined(SMALL.lines);

describe('a whole journal', () => {
  test('has no problems; head is the leaf hash of its last line', async () => {
    for (const strict of [false, true]) {
      const chain = await verifiedBytes(WHOLE, strict);
      expect(chain).toEqual({ entries: 6, head: SMALL.entries[5]?.hash, log: LOG, problems: [], unlisted: 0 });
    }
  });

  test('may go on in further segments, in order', async () => {
    const line = (bytes: Buffer, number: number): StoredLine => ({
      segment: `${String(number).padStart(6, '0')}.jsonl`,
      offset: 0,
      bytes,
      whole: true,
    });
    const of = async (numbers: readonly number[]) => {
      async function* lines() {
        yield* SMALL.lines.map((bytes, index) => line(bytes, numbers[index] ?? 0));
      }
      return kinds(await verifyChain(lines()));
    };
    expect(await of([1, 1, 2, 2, 2, 3])).toEqual([]);
    expect(await of([1, 1, 3, 3, 3, 4]), 'a missing number').toEqual(['gap']);
    expect(await of([2, 2, 2, 2, 2, 2]), 'a renamed first segment').toEqual(['gap']);
  });

  test('an empty one has no head', async () => {
    expect(await verifiedBytes(Buffer.alloc(0))).toEqual({ entries: 0, problems: [], unlisted: 0 });
  });
});

describe('any one byte of any line', () => {
  test('flipped, is found and named at its line', async () => {
    const starts = [...SMALL.lines.keys()].map((index) => joined(SMALL.lines.slice(0, index)).length);
    for (let at = 0; at < WHOLE.length; at++) {
      const seq = starts.findLastIndex((start) => start <= at) + 1;
      for (const mask of [0x01, 0x0b, 0x80]) {
        const changed = Buffer.from(WHOLE);
        changed[at] = (changed[at] ?? 0) ^ mask;
        const { problems } = await verifiedBytes(changed);
        const last = at === WHOLE.length - 1;
        expect(problems[0], `byte ${at} ^ ${mask}`).toMatchObject({
          seq: last ? 7 - 1 : seq,
          kind: last ? 'torn' : 'altered',
        });
        expect(
          problems.every((problem) => Math.abs(problem.seq - seq) <= 1),
          `byte ${at} ^ ${mask}`,
        ).toBe(true);
      }
    }
  }, 120_000);

  test('turned into a newline, is found and named at its line', async () => {
    for (let at = 0; at < WHOLE.length - 1; at++) {
      const changed = Buffer.from(WHOLE);
      if (changed[at] === 10) continue;
      changed[at] = 10;
      const { problems } = await verifiedBytes(changed);
      const seq = WHOLE.subarray(0, at).filter((byte) => byte === 10).length + 1;
      expect(problems[0], `byte ${at}`).toMatchObject({ seq, kind: 'altered' });
    }
  });
});

describe('lines out of place', () => {
  const order = (...indices: number[]) => joined(indices.map((index) => SMALL.lines[index] ?? Buffer.alloc(0)));
  test.each([
    ['two swapped', order(0, 2, 1, 3, 4, 5), 2],
    ['one duplicated', order(0, 1, 1, 2, 3, 4, 5), 2],
    ['one removed', order(0, 1, 2, 4, 5), 4],
    ['the first removed', order(1, 2, 3, 4, 5), 1],
    ['one appended again at the end', order(0, 1, 2, 3, 4, 5, 2), 3],
    ['all twice', order(0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5), 1],
  ])('%s: a gap at its place', async (_, bytes, seq) => {
    const { problems } = await verifiedBytes(bytes);
    expect(problems[0]).toMatchObject({ kind: 'gap', seq });
  });

  test('one rewritten with a right sum: its successor disproves it', async () => {
    const forged = lineOf(stamped(note('forged'), 2), SMALL.entries[0]?.hash ?? '', 2).bytes;
    const { problems } = await verifiedBytes(joined([...SMALL.lines.slice(0, 1), forged, ...SMALL.lines.slice(2)]));
    expect(problems).toEqual([
      { seq: 2, kind: 'altered', segment: '000001.jsonl', offset: (SMALL.lines[0]?.length ?? 0) + 1 },
    ]);
  });

  test('lines of another log do not pass, even when chained', async () => {
    const more = made([note('x'), note('y')], { seq: 7, prev: SMALL.entries[5]?.hash ?? '' }, 'gx-ffffffff');
    const all = joined([...SMALL.lines, ...more.lines]);
    expect(kinds(await verifiedBytes(all, true))).toEqual(['foreign']);
  });

  test('a journal that does not begin with its genesis is not readable', async () => {
    expect(kinds(await verifiedBytes(joined(made([note('x')]).lines)))).toEqual(['unreadable']);
  });
});

describe('odd files', () => {
  test.each([
    ['only newlines', Buffer.from('\n\n\n'), 'altered'],
    ['zero bytes', Buffer.alloc(4096), 'torn'],
    ['a tail of zero bytes', Buffer.concat([WHOLE, Buffer.alloc(512)]), 'torn'],
    ['a byte order mark', Buffer.concat([Buffer.from('\ufeff'), WHOLE]), 'altered'],
    ['CRLF', Buffer.from(WHOLE.toString('utf8').replaceAll('\n', '\r\n')), 'altered'],
    ['invalid UTF-8', Buffer.concat([WHOLE, Buffer.from([0xff, 0xfe, 10])]), 'altered'],
    ['a line of 17 KiB', Buffer.concat([WHOLE, Buffer.alloc(17 * 1024, 0x7b), Buffer.from('\n')]), 'altered'],
    ['bytes behind an unfinished line', Buffer.concat([WHOLE, Buffer.from('{"body"')]), 'torn'],
  ])('%s', async (_, bytes, kind) => {
    expect(kinds(await verifiedBytes(bytes))).toEqual([kind]);
  });

  test('an unfinished line that is not the last is altered, not torn', () => {
    const check = chainCheck();
    const segment = '000001.jsonl';
    check.take({ segment, offset: 0, bytes: SMALL.lines[0] ?? Buffer.alloc(0), whole: true });
    check.take({ segment, offset: 900, bytes: Buffer.from('{"bo'), whole: false });
    check.take({ segment: '000002.jsonl', offset: 0, bytes: SMALL.lines[1] ?? Buffer.alloc(0), whole: true });
    expect(check.end().problems[0]).toMatchObject({ kind: 'altered', seq: 2 });
  });

  test('another version is unreadable, not altered', async () => {
    const body = { ...stamped(note('x'), 7), v: 2 } as unknown as Body;
    const line = lineOf(body, SMALL.entries[5]?.hash ?? '', 7).bytes;
    expect(kinds(await verifiedBytes(joined([...SMALL.lines, line])))).toEqual(['unreadable']);
  });
});

describe('strict', () => {
  test('sees another spelling of the same value under a right sum and hash', async () => {
    const text = SMALL.lines[5]?.toString('utf8') ?? '';
    const spelled = text.replace('"host":"jump01"', '"host":"jump0\\u0031"');
    const twice = text.replace('"host":"jump01"', '"host":"x","host":"jump01"');
    for (const other of [spelled, twice]) {
      const bytes = joined([...SMALL.lines.slice(0, 5), resummed(other)]);
      expect(kinds(await verifiedBytes(bytes))).toEqual([]);
      expect(kinds(await verifiedBytes(bytes, true))).toEqual(['altered']);
    }
  });
});

function resummed(text: string): Buffer {
  const entry = JSON.parse(text) as { seq: number; prev: string; body: Body };
  const right = lineOf(entry.body, entry.prev, entry.seq).bytes.toString('utf8');
  const trailer = right.slice(right.lastIndexOf(',"prev":"'));
  const head = text.slice(0, text.lastIndexOf(',"prev":"')) + trailer.slice(0, -10);
  return Buffer.from(`${head}${sum(head)}"}`);
}

function sum(head: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(head)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}

describe('intents without an end', () => {
  const of = async (...drafts: Draft[]) => {
    const { problems } = await verifiedBytes(joined(made([GENESIS, ...drafts]).lines));
    return problems.map(({ seq, kind }) => `${kind} ${seq}`);
  };
  const undo = (type: 'undo.intended', change: string): Draft => ({ type, run, data: { change } });
  const undone: Draft = { type: 'change.undone', run, data: { change: 'a', by: 'outcome' } };

  test('are orphans at the intent; ended ones are not', async () => {
    expect(await of(intended('a'), ended('a'))).toEqual([]);
    expect(await of(intended('a'), intended('b'), ended('a'))).toEqual(['orphan 3']);
    expect(await of(intended('a', 'R-1'), ended('a', 'R-2'))).toEqual(['orphan 2']);
    expect(await of(intended('a'), { type: 'change.failed', run, data: { change: 'a', text: 'no' } })).toEqual([]);
    expect(await of(intended('a'), ended('a'), undo('undo.intended', 'a'))).toEqual(['orphan 4']);
    expect(await of(intended('a'), ended('a'), undo('undo.intended', 'a'), undone)).toEqual([]);
    expect(await of(intended('a'), ended('a'), undo('undo.intended', 'a'), ended('a'))).toEqual(['orphan 4']);
    expect(await of(intended('quote " and \\'), ended('quote " and \\'))).toEqual([]);
  });
});

describe('random changes', () => {
  test('are never taken for whole, and never throw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(WHOLE.length - 1),
        fc.nat(60),
        fc.uint8Array({ maxLength: 60 }),
        async (at, removed, inserted) => {
          const bytes = Buffer.concat([WHOLE.subarray(0, at), inserted, WHOLE.subarray(at + removed)]);
          if (bytes.equals(WHOLE)) return;
          const { problems } = await verifiedBytes(bytes);
          const shorter = bytes.length < WHOLE.length && WHOLE.subarray(0, bytes.length).equals(bytes);
          if (!(shorter && bytes.at(-1) === 10)) expect(problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2000 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), async (bytes) => {
        expect((await verifiedBytes(Buffer.from(bytes), true)).problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

test('the hash of a line is of its stored bytes', () => {
  expect(SMALL.entries.map(({ hash }) => hash)).toEqual(SMALL.lines.map((line) => leafHash(line)));
});
