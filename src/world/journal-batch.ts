/** Drafts into the bytes of one write: stamping, chaining, and the journal's own records that go first. */
import type { Draft, Entry } from '../core/event.ts';
import { lineOf } from '../core/line.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { NOTHING } from './journal-stops.ts';
import type { Tip } from './journal-tip.ts';
import { newLogId, type Stamp } from './stamp.ts';

/** One caller's drafts, and how to answer it. */
export interface Group {
  readonly drafts: readonly Draft[];
  done(entries: readonly Entry[]): void;
  failed(cause: unknown): void;
}

/** What is to be written, the entry it ends with (none: nothing is to be written), and the answers to give once it is durable. */
export interface Batch {
  readonly bytes: Buffer;
  readonly last: Entry | undefined;
  readonly settle: readonly (() => void)[];
}

/** A clock that went back by more is recorded. */
const BACKWARDS = 2000;
const NEWLINE = Buffer.from('\n');

interface Chain {
  readonly parts: Buffer[];
  readonly log: string;
  seq: number;
  prev: string;
  last: Entry | undefined;
}

/** Lines for all groups in order. A group that cannot be written is refused alone; `bytes` is empty when none is left. */
export function batchOf(groups: readonly Group[], tip: Tip, stamp: Stamp): Batch {
  const chain: Chain = {
    parts: [],
    log: tip.last?.body.log ?? newLogId(),
    seq: tip.seq,
    prev: tip.prev,
    last: undefined,
  };
  let preludes = preludesOf(tip, stamp);
  const settle: (() => void)[] = [];
  for (const group of groups) {
    try {
      guardGenesis(group.drafts, chain, tip);
      const entries = extendBy(chain, group.drafts, preludes, stamp);
      preludes = [];
      settle.push(() => group.done(entries));
    } catch (cause) {
      group.failed(cause);
    }
  }
  return { bytes: Buffer.concat(chain.parts), last: chain.last, settle };
}

/** The journal's own records: of a torn tail, of a clock that went back. */
function preludesOf(tip: Tip, stamp: Stamp): Draft[] {
  const drafts: Draft[] = [];
  if (tip.torn) {
    const { offset, length, sha256, kept } = tip.torn;
    drafts.push({ type: 'recover.torn', data: { offset, length, sha256, bytes: kept.toString('base64') } });
  }
  if (tip.last) {
    const found = stamp.now();
    const previous = tip.last.body.t;
    if (found.getTime() < Date.parse(previous) - BACKWARDS) {
      drafts.push({ type: 'clock.anomaly', data: { previous, found: found.toISOString() } });
    }
  }
  return drafts;
}

function guardGenesis(drafts: readonly Draft[], chain: Chain, tip: Tip): void {
  const empty = tip.last === undefined && chain.last === undefined;
  const at = drafts.findIndex((draft) => draft.type === 'log.genesis');
  if (empty ? at === 0 : at < 0) return;
  const text = empty ? t('the journal has not been begun') : t('the journal has been begun already');
  throw new Stop('refused', text, { notDone: NOTHING, next: empty ? ['gxops doctor'] : [] });
}

/** All lines of one group or none. In an empty journal the preludes stand behind the genesis, which names the log. */
function extendBy(chain: Chain, drafts: readonly Draft[], preludes: readonly Draft[], stamp: Stamp): Entry[] {
  const ahead = chain.last === undefined && drafts[0]?.type === 'log.genesis' ? 1 : 0;
  const all = [...drafts.slice(0, ahead), ...preludes, ...drafts.slice(ahead)];
  let { seq, prev } = chain;
  const lines = all.map((draft) => {
    const line = lineOf(stamp(draft, chain.log), prev, seq);
    seq += 1;
    prev = line.entry.hash;
    return line;
  });
  for (const line of lines) chain.parts.push(line.bytes, NEWLINE);
  const entries = lines.map((line) => line.entry);
  chain.seq = seq;
  chain.prev = prev;
  chain.last = entries.at(-1);
  return entries.filter((_, index) => index < ahead || index >= ahead + preludes.length);
}
