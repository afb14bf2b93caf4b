/** The engine on its good days and its refusals. */
import { describe, expect, it } from 'vitest';
import { rehearse } from '../../src/engine/rehearse.ts';
import { resume, start } from '../../src/engine/run.ts';
import { settle } from '../../src/engine/settle.ts';
import { undo } from '../../src/engine/undo.ts';
import {
  act,
  approve,
  approveStep,
  book,
  command,
  put,
  SITE,
  services,
  session,
  site,
  text,
  writes,
} from '../worlds/books.ts';

const twoFiles = () =>
  book([approveStep, act('one', writes('/etc/a', 'A2')), act('two', writes('/etc/new', 'N', { mode: 0o600 }))]);

describe('a run', () => {
  it('suspends for approval, goes on with it, and gives back every byte when rolled back', async () => {
    const out = site();
    put(out, '/etc/a', 'A1', 0o640);
    const before = new Map(out.files);
    const waiting = await start(twoFiles(), {}, session(out));
    expect(waiting.verdict).toBe('waiting');
    expect(waiting.next[0]).toBe(`gxops approve ${waiting.run}`);
    expect(out.deeds).toEqual([]);
    await approve(out, waiting.run);
    const done = await resume(waiting.run, twoFiles(), session(out));
    expect(done.verdict).toBe('done');
    expect(text(out, '/etc/a')).toBe('A2');
    expect(out.files.get('box /etc/a')?.mode).toBe(0o640);
    expect(out.files.get('box /etc/new')?.mode).toBe(0o600);
    const undone = await undo(waiting.run, session(out));
    expect(undone.verdict).toBe('undone');
    expect(out.files).toEqual(before);
    expect((await undo(waiting.run, session(out))).verdict).toBe('undone');
    expect(out.deeds).toHaveLength(4);
  });

  it('records the intent before every deed and nothing but hashes of what it writes', async () => {
    const out = site();
    put(out, '/etc/a', 'A1-canary');
    const made = book([approveStep, act('one', writes('/etc/a', 'A2-canary'))]);
    const { run } = await start(made, {}, session(out));
    await approve(out, run);
    const order: string[] = [];
    out.at = (moment, verb, what) => void (moment === 'before' && order.push(verb === 'append' ? what : verb));
    await resume(run, made, session(out));
    expect(order.indexOf('change.intended')).toBeLessThan(order.indexOf('perform'));
    expect(order.indexOf('perform')).toBeLessThan(order.indexOf('change.made'));
    expect(JSON.stringify(out.entries)).not.toContain('canary');
  });

  it('refuses when facts moved after the approval, and when a file was edited by somebody else', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const waiting = await start(twoFiles(), {}, session(out));
    await approve(out, waiting.run);
    put(out, '/etc/a', 'foreign');
    const refused = await resume(waiting.run, twoFiles(), session(out));
    expect(refused.verdict).toBe('refused');
    expect(out.deeds).toEqual([]);
    expect(text(out, '/etc/a')).toBe('foreign');
  });

  it('does not overwrite a foreign edit when undoing, and says half-done with the exact rest', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const { run } = await start(twoFiles(), {}, session(out));
    await approve(out, run);
    await resume(run, twoFiles(), session(out));
    put(out, '/etc/a', 'foreign');
    const ended = await undo(run, session(out));
    expect(ended.verdict).toBe('half-done');
    expect(text(out, '/etc/a')).toBe('foreign');
    expect(text(out, '/etc/new')).toBeUndefined();
    expect(ended.state.closed?.remaining).toHaveLength(1);
    put(out, '/etc/a', 'A2');
    expect((await undo(run, session(out))).verdict).toBe('undone');
  });

  it('refuses another definition, naming the place', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const { run } = await start(twoFiles(), {}, session(out));
    await approve(out, run);
    const changed = { ...twoFiles(), version: 2, definition: { ...(twoFiles().definition as object), version: 2 } };
    await expect(resume(run, changed, session(out))).rejects.toMatchObject({
      verdict: 'refused',
      text: { with: { places: 'version' } },
    });
    expect(out.deeds).toEqual([]);
  });

  it('lets nobody else use an approval, nor the requester sign it, nor an expired one open the gate', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const first = await start(twoFiles(), {}, session(out));
    await approve(out, first.run, 'li');
    expect((await resume(first.run, twoFiles(), session(out))).verdict).toBe('waiting');
    await approve(out, first.run, 'qin');
    expect((await resume(first.run, twoFiles(), session(out))).verdict).toBe('waiting');
    await approve(out, first.run, 'chen', 1000);
    out.clock += 2000;
    expect((await resume(first.run, twoFiles(), session(out))).verdict).toBe('refused');
    expect(out.deeds).toEqual([]);
    await approve(out, first.run, 'chen');
    expect((await resume(first.run, twoFiles(), session(out))).verdict).toBe('done');
  });

  it('keeps changes out of the window and goes on inside it', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const night = { ...SITE, windows: { 'host:box': [{ days: [0, 1, 2, 3, 4, 5, 6], from: '22:00', to: '05:00' }] } };
    const { run } = await start(twoFiles(), {}, session(out, 'li', { site: night }));
    await approve(out, run, 'chen', 36_000_000);
    expect((await resume(run, twoFiles(), session(out, 'li', { site: night }))).verdict).toBe('refused');
    expect(out.deeds).toEqual([]);
    out.clock = Date.UTC(2026, 0, 5, 2, 30);
    expect((await resume(run, twoFiles(), session(out, 'li', { site: SITE }))).verdict).toBe('done');
  });

  it('plans nothing that acts without the rule it obeys and the neighbours', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const bare = { ...SITE, obeys: {} };
    await expect(rehearse(twoFiles(), {}, session(out, 'li', { site: bare }))).rejects.toMatchObject({
      verdict: 'refused',
    });
    const alone = { ...SITE, neighbours: {} };
    await expect(rehearse(twoFiles(), {}, session(out, 'li', { site: alone }))).rejects.toMatchObject({
      verdict: 'refused',
    });
  });

  it('never acts without an approve step before the deed', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const ended = await start(book([act('one', writes('/etc/a', 'A2'))]), {}, session(out));
    expect(ended.verdict).toBe('refused');
    expect(out.deeds).toEqual([]);
  });

  it('rehearses without a trace and plans under the digest that is approved', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const entries = out.entries.length;
    const { plan } = await rehearse(twoFiles(), {}, session(out));
    expect(out.entries).toHaveLength(entries);
    expect(out.side.size).toBe(0);
    const { run } = await start(twoFiles(), {}, session(out));
    const asked = out.entries.find(({ body }) => body.type === 'approval.requested' && body.run === run);
    expect(asked?.body.type === 'approval.requested' && asked.body.data.digest).toBe(plan.digest);
    const preview = plan.lines.flatMap(({ item }) => (item.kind === 'change' ? [item.preview] : []));
    expect(preview).toEqual([
      ['@@ line 1', '-A1', '+A2'],
      ['@@ line 1', '+N'],
    ]);
  });

  it('undoes what went before when a later step fails and its policy says so', async () => {
    const { outside, up } = services();
    const out = site(outside);
    put(out, '/etc/a', 'A1');
    const fails = book([
      approveStep,
      act('one', writes('/etc/a', 'A2')),
      act('svc', async () => [command('start', 'web', true)], {
        verify: async () => [{ rule: 'v', subject: 'web', outcome: 'fail', found: 'no answer' }],
      }),
    ]);
    const { run } = await start(fails, {}, session(out));
    await approve(out, run);
    const ended = await resume(run, fails, session(out));
    expect(ended.verdict).toBe('undone');
    expect(text(out, '/etc/a')).toBe('A1');
    expect(up.get('web')).toBe(0);
  });

  it('names a change in doubt, keeps others off its target, and goes on once it is settled', async () => {
    const { outside } = services();
    const out = site(outside);
    const risky = book([approveStep, act('svc', async () => [command('start', 'web', false)])]);
    const { run } = await start(risky, {}, session(out));
    await approve(out, run);
    out.at = (moment, verb) => {
      if (moment === 'after' && verb === 'perform') throw new Error('cut off');
    };
    const doubt = await resume(run, risky, session(out));
    expect(doubt.verdict).toBe('in-doubt');
    out.at = () => undefined;
    const other = book([approveStep, act('x', writes('/etc/b', 'B'))], 'other');
    const second = await start(other, {}, session(out));
    await approve(out, second.run);
    expect((await resume(second.run, other, session(out))).verdict).toBe('refused');
    expect((await resume(run, risky, session(out))).verdict).toBe('in-doubt');
    await expect(settle(run, 'svc.9', true, 'seen', session(out))).rejects.toMatchObject({ verdict: 'usage' });
    await settle(run, 'svc.1', true, 'seen with systemctl', session(out));
    expect((await resume(run, risky, session(out))).verdict).toBe('done');
    expect(out.deeds).toEqual(['start web']);
    expect((await resume(second.run, other, session(out))).verdict).toBe('done');
  });

  it('is not carried out by the security officer or the auditor, who watch it', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const { run } = await start(twoFiles(), {}, session(out));
    await approve(out, run);
    const refusal = { verdict: 'refused', text: { with: { who: 'he' } } };
    await expect(start(twoFiles(), {}, session(out, 'he'))).rejects.toMatchObject(refusal);
    await expect(resume(run, twoFiles(), session(out, 'he'))).rejects.toMatchObject(refusal);
    expect(out.deeds).toEqual([]);
    await resume(run, twoFiles(), session(out));
    await expect(undo(run, session(out, 'he'))).rejects.toMatchObject(refusal);
    await expect(settle(run, 'one.1', true, 'seen', session(out, 'he'))).rejects.toMatchObject(refusal);
    expect(text(out, '/etc/a')).toBe('A2');
  });
});
