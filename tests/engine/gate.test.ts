/** The gate against whoever can write the journal: no deed without a purchaser's valid, unexpired, unused signature over it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/core/event.ts';
import { canonical, sha256 } from '../../src/core/json.ts';
import { type Plan, planDigest } from '../../src/core/plan.ts';
import type { Query } from '../../src/core/world.ts';
import { fakeWorld, type Outside } from '../../src/engine/fake-world.ts';
import { resume, start } from '../../src/engine/run.ts';
import { foldApprovals } from '../../src/records/approvals.ts';
import {
  act,
  approve,
  approveStep,
  book,
  changeRoster,
  operator,
  put,
  session,
  site,
  text,
  writes,
} from '../worlds/books.ts';

const steps = book([approveStep, act('one', writes('/etc/a', 'A2')), act('two', writes('/etc/b', 'B2'))]);
const open = async (out: Outside): Promise<string> => (await start(steps, {}, session(out))).run;
const forge = (out: Outside, ...drafts: Draft[]) => fakeWorld({ ...out, at: () => undefined }).keep.append(drafts);
const requestOf = (out: Outside, run: string) => {
  const [found] = foldApprovals(out.entries).filter(({ subject }) => subject === run);
  if (!found) throw new Error('nothing was asked for');
  return found;
};

describe('the gate', () => {
  let out: Outside;
  let run: string;
  beforeEach(async () => {
    out = site();
    put(out, '/etc/a', 'A1');
    run = await open(out);
  });
  const resumed = (operator = 'li') => resume(run, steps, session(out, operator));
  const untouched = () => expect([out.deeds, text(out, '/etc/a')]).toEqual([[], 'A1']);

  it('a step that the record calls planned and approved, unsigned: refused', async () => {
    const { plan, digest } = requestOf(out, run);
    await forge(
      out,
      { type: 'approval.used', subject: run, run, data: { digest, run, step: 'ok', grants: [] } },
      { type: 'step.planned', subject: run, run, step: 'ok', data: { plan, digest, changes: 2 } },
      { type: 'step.ended', subject: run, run, step: 'ok', data: {} },
    );
    expect((await resumed()).verdict).toBe('refused');
    untouched();
  });

  it('a signature over something else, renamed to this digest: refused', async () => {
    const other = await open(out);
    const [grant] = await approve(out, other);
    if (grant?.body.type !== 'approval.granted') throw new Error('no grant');
    await forge(out, { type: 'approval.granted', subject: run, run, data: grant.body.data });
    expect((await resumed()).verdict).toBe('waiting');
    untouched();
  });

  it('a request that asks for no seat, or for one of our own: not the one that opens it', async () => {
    const { digest, plan, title, expires } = requestOf(out, run);
    const data = { digest, plan, title, expires, kind: 'run' as const };
    await forge(out, { type: 'approval.requested', subject: run, run, data: { ...data, seats: [], requester: 'li' } });
    expect((await resumed()).verdict).toBe('waiting');
    const seats = [{ roles: ['system' as const] }];
    await forge(out, { type: 'approval.requested', subject: run, run, data: { ...data, seats, requester: 'qin' } });
    await approve(out, run, 'li');
    expect((await resumed()).verdict).toBe('waiting');
    untouched();
  });

  it('a request in another name, so that the requester may sign it: not the one that opens it', async () => {
    out = site();
    put(out, '/etc/a', 'A1');
    out.operator = 'chen';
    run = (await start(steps, {}, session(out, 'chen'))).run;
    const { digest, plan, title, expires, seats } = requestOf(out, run);
    const data = { digest, plan, title, expires, seats, kind: 'run' as const, requester: 'li' };
    await forge(out, { type: 'approval.requested', subject: run, run, data });
    await approve(out, run, 'chen');
    expect((await resumed()).verdict).toBe('waiting');
    untouched();
  });

  it('another plan behind an approved digest: refused, also where its file names the digest', async () => {
    await approve(out, run);
    out.at = (moment, verb) => {
      if (moment === 'before' && verb === 'perform') throw new Error('killed');
    };
    await resumed().catch(() => undefined);
    out.at = () => undefined;
    out.deeds.length = 0;
    const { plan, digest } = requestOf(out, run);
    const approved = JSON.parse(Buffer.from(out.side.get(plan.path) ?? '').toString()) as Plan;
    const evil = JSON.parse(canonical(approved).replaceAll('B2', 'EVIL')) as Plan;
    expect(planDigest(evil)).not.toBe(digest);
    const bytes = Buffer.from(canonical(evil));
    out.side.set(plan.path, bytes);
    await expect(resumed().then(({ verdict }) => verdict)).resolves.toBe('refused');
    const file = { path: plan.path, sha256: sha256(bytes) };
    await forge(out, { type: 'step.planned', subject: run, run, step: 'ok', data: { plan: file, digest, changes: 2 } });
    expect((await resumed()).verdict).toBe('refused');
    expect([...out.files.values()].some(({ bytes: now }) => Buffer.from(now).includes('EVIL'))).toBe(false);
  });

  it('an approval is used once: a later use in another name does not take it over', async () => {
    await approve(out, run);
    expect((await resumed()).verdict).toBe('done');
    const { digest } = requestOf(out, run);
    await forge(out, {
      type: 'approval.used',
      subject: run,
      data: { digest, run: 'R-20260105-00099', step: 'ok', grants: [] },
    });
    expect(requestOf(out, run).used?.run).toBe(run);
  });

  it('an approver who has left opens nothing; what he signed and was used before holds to the end', async () => {
    const leaves = { change: 'retire' as const, operator: operator('chen') };
    await approve(out, run);
    await changeRoster(out, leaves, 'he');
    expect((await resumed()).verdict).toBe('waiting');
    untouched();

    out = site();
    put(out, '/etc/a', 'A1');
    run = await open(out);
    await approve(out, run);
    out.at = (moment, verb, what) => {
      if (moment === 'before' && verb === 'append' && what === 'change.intended') throw new Error('killed');
    };
    await resumed().catch(() => undefined);
    out.at = () => undefined;
    await changeRoster(out, leaves, 'he');
    expect((await resumed()).verdict).toBe('done');
  });

  it('the approver may not carry out what he approved', async () => {
    await approve(out, run);
    expect((await resumed('chen')).verdict).toBe('refused');
    untouched();
    expect((await resumed()).verdict).toBe('done');
  });

  it('a clock set back revives no approval', async () => {
    await approve(out, run, 'chen', 1000);
    out.clock += 2000;
    expect((await resumed()).verdict).toBe('refused');
    out.clock -= 60_000;
    expect((await resumed()).verdict).not.toBe('done');
    untouched();
  });

  it('an index that hides a rejection or a use hides nothing', async () => {
    await approve(out, run);
    const { digest } = requestOf(out, run);
    await forge(out, { type: 'approval.rejected', subject: run, run, data: { digest, approver: 'qin', reason: 'no' } });
    const { world } = session(out);
    const without = (gone: 'by subject' | 'quite') => async (query: Query) => {
      const found = await world.keep.entries(query);
      if (gone === 'by subject' && query.subject === undefined) return found;
      return found.filter(({ body }) => body.type !== 'approval.rejected');
    };
    for (const gone of ['by subject', 'quite'] as const) {
      const keep = { ...world.keep, entries: without(gone) };
      const ended = await resume(run, steps, session(out, 'li', { world: { ...world, keep } }));
      expect(ended.verdict).toBe('refused');
      untouched();
    }
  });

  it('rejected after the signature: refused', async () => {
    await approve(out, run);
    const { digest } = requestOf(out, run);
    await forge(out, { type: 'approval.rejected', subject: run, run, data: { digest, approver: 'qin', reason: 'no' } });
    expect((await resumed()).verdict).toBe('refused');
    untouched();
  });
});
