/** What lies in wait between deed and undo: edits, other things at the path, side files gone or altered. Never a crash, never a wrong sentence. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Stop } from '../../src/core/stop.ts';
import type { FileSeen } from '../../src/core/world.ts';
import { fakeWorld, type Outside } from '../../src/engine/fake-world.ts';
import { resume, start } from '../../src/engine/run.ts';
import { settle } from '../../src/engine/settle.ts';
import { rehearseUndo, undo } from '../../src/engine/undo.ts';
import {
  act,
  approve,
  approveStep,
  book,
  command,
  put,
  services,
  session,
  site,
  text,
  writes,
} from '../worlds/books.ts';

const steps = book([
  approveStep,
  act('one', writes('/etc/a', 'A2')),
  act('mode', async () => [
    { kind: 'file', host: 'box', path: '/etc/m', content: { utf8: 'M' }, before: SHA_M, mode: 0o600 },
  ]),
  act('svc', async () => [command('start', 'web', true)]),
]);
// sha256 of "M"
const SHA_M = '08f271887ce94707da822d5263bae19d5519cb3614e0daedc4c7ce5dab7473f1';

describe('between deed and undo', () => {
  let out: Outside;
  let run: string;
  beforeEach(async () => {
    out = site(services().outside);
    put(out, '/etc/a', 'A1');
    put(out, '/etc/m', 'M', 0o644);
    run = (await start(steps, {}, session(out))).run;
    await approve(out, run);
    expect((await resume(run, steps, session(out))).verdict).toBe('done');
  });
  const side = (part: string): string => [...out.side.keys()].find((path) => path.includes(part)) ?? '';

  it('a change of the mode alone comes back', async () => {
    expect(out.files.get('box /etc/m')?.mode).toBe(0o600);
    expect((await undo(run, session(out))).verdict).toBe('undone');
    expect(out.files.get('box /etc/m')?.mode).toBe(0o644);
  });

  it.each([
    'pre/one',
    'changes/one',
    'changes/svc',
    'pre/mode',
  ])('%s altered or gone: half-done, naming the rest', async (name) => {
    const path = side(name);
    const bytes = out.side.get(path) ?? Buffer.alloc(0);
    for (const wreck of [() => out.side.delete(path), () => out.side.set(path, Buffer.from('{}'))]) {
      wreck();
      const plan = await rehearseUndo(run, session(out));
      expect(plan.lines.filter(({ way }) => way === undefined)).toHaveLength(1);
      const ended = await undo(run, session(out));
      expect(ended.verdict).toBe('half-done');
      expect(ended.state.closed?.remaining.length).toBeGreaterThan(0);
    }
    out.side.set(path, bytes);
    expect((await undo(run, session(out))).verdict).toBe('undone');
    expect(text(out, '/etc/a')).toBe('A1');
  });

  it('a link, a folder or a pipe at the path: half-done, and nothing is written through it', async () => {
    for (const kind of ['link', 'folder', 'other'] as const) {
      const { world } = session(out);
      const odd: FileSeen = { kind, mode: 0o777, owner: 0, group: 0 };
      const look = { ...world.look, file: async () => odd };
      const ended = await undo(run, session(out, 'li', { world: { ...world, look } }));
      expect(ended.verdict).toBe('half-done');
      expect(JSON.stringify(ended.text)).toContain(kind);
    }
    expect(text(out, '/etc/a')).toBe('A2');
  });

  it('somebody gave it back already: undone all the same', async () => {
    put(out, '/etc/a', 'A1');
    expect((await undo(run, session(out))).verdict).toBe('undone');
    expect(text(out, '/etc/a')).toBe('A1');
  });
});

describe('a doubt about a file that something else replaced', () => {
  it('stays a doubt until a person settles it: exit 7, not a refusal', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const one = book([approveStep, act('one', writes('/etc/a', 'A2'))]);
    const { run } = await start(one, {}, session(out));
    await approve(out, run);
    const { world } = session(out);
    let done = false;
    const perform = async () => {
      done = true;
      throw new Stop('failed', 'the connection broke');
    };
    const odd: FileSeen = { kind: 'link', mode: 0o777, owner: 0, group: 0 };
    const file = async (host: string, path: string) => (done ? odd : fakeWorld(out).look.file(host, path));
    const broken = session(out, 'li', { world: { ...world, perform, look: { ...world.look, file } } });
    expect((await resume(run, one, broken)).verdict).toBe('in-doubt');
    expect((await resume(run, one, broken)).verdict).toBe('in-doubt');
    await expect(undo(run, broken)).rejects.toMatchObject({ verdict: 'in-doubt' });
    await settle(run, 'one.1', false, 'looked', broken);
    expect((await undo(run, session(out))).verdict).toBe('undone');
  });
});
