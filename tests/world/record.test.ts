/** Record and replay: the round trip, and that nothing personal or secret is written down. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recording, replaying } from '../../src/world/record.ts';
import { redacted } from '../../src/world/record-form.ts';
import { type Bench, benchOf, unheard } from './site.ts';

const CANARIES = ['91310000MA1FL1X47Y', '110101199003077715', '13812345678', '24312000000012345678', 'hunter-2-canary'];

describe('record and replay', () => {
  let bench: Bench;
  let folder: string;
  beforeEach(() => {
    bench = benchOf(() => ({ hosts: { local: { connect: 'local' }, rooted: { connect: 'local', root: 'root' } } }));
    folder = join(bench.dir, 'record');
    mkdirSync(join(bench.dir, 'root', 'etc'));
    writeFileSync(
      join(bench.dir, 'root', 'etc', 'open'),
      `UMASK 027\nid ${CANARIES.join(' ')}\npassword = ${CANARIES[4]}\n`,
    );
    writeFileSync(join(bench.dir, 'root', 'etc', 'closed'), 'plain words that stay hidden\n');
    chmodSync(join(bench.dir, 'root', 'etc', 'closed'), 0o600);
  });
  afterEach(() => bench.remove());

  const stored = (): string => readFileSync(join(folder, 'looks.jsonl'), 'utf8');

  it('answers every look as it was answered, without the outside', async () => {
    const world = recording(bench.world, folder);
    const asked = async (look: typeof world.look) => ({
      uname: await look.command({ host: 'local', argv: ['uname', '-s'] }, 5000),
      none: await look.file('rooted', '/none'),
      names: await look.folder('rooted', '/etc'),
      nowhere: await look.folder('rooted', '/nowhere'),
      dead: await look.alive({ host: 'local', pid: 1, started: '0' }),
      driver: await look.reach('driver:sqlite'),
      refused: await look.command({ host: 'rooted', argv: ['id'] }).catch((error) => [error.verdict, error.text.t]),
    });
    const first = await asked(world.look);
    writeFileSync(join(bench.dir, 'root', 'etc', 'later'), '');
    expect(await asked(replaying(bench.world, folder).look)).toEqual(first);
    expect(statSync(join(folder, 'looks.jsonl')).mode & 0o777).toBe(0o600);
  });

  it('gives repeated questions their answers in order', async () => {
    const world = recording(bench.world, folder);
    await world.look.folder('rooted', '/etc');
    writeFileSync(join(bench.dir, 'root', 'etc', 'new'), '');
    await world.look.folder('rooted', '/etc');
    const { look } = replaying(bench.world, folder);
    expect(await look.folder('rooted', '/etc')).toEqual(['closed', 'open']);
    expect(await look.folder('rooted', '/etc')).toEqual(['closed', 'new', 'open']);
    expect(await look.folder('rooted', '/etc')).toEqual(['closed', 'new', 'open']);
  });

  it('writes neither people nor secrets nor files that others may not read', async () => {
    const { look } = recording(bench.world, folder);
    await look.file('rooted', '/etc/open');
    await look.file('rooted', '/etc/closed');
    await look.command({ host: 'local', argv: ['printf', '%s ', ...CANARIES.slice(0, 4), `token=${CANARIES[4]}`] });
    for (const canary of [...CANARIES.slice(0, 4), 'plain words']) expect(stored()).not.toContain(canary);
    expect(stored()).not.toContain(`= ${CANARIES[4]}`);
    expect(stored()).not.toContain(`=${CANARIES[4]}`);
    const replay = replaying(bench.world, folder).look;
    await expect(replay.file('rooted', '/etc/closed')).rejects.toMatchObject({ verdict: 'unreachable' });
    const open = await replay.file('rooted', '/etc/open');
    expect(open.kind === 'file' && Buffer.from(open.bytes).toString()).toContain('UMASK 027\n');
  });

  it('performs nothing in a replay, and does not invent an answer', async () => {
    await recording(bench.world, folder).look.machine();
    const world = replaying(bench.world, folder);
    const deed = { kind: 'command' as const, host: 'local', argv: ['touch', join(bench.dir, 'x')], undo: [] };
    await expect(world.perform(deed, unheard)).rejects.toMatchObject({
      verdict: 'refused',
      detail: { data: { state: 'not-done' } },
    });
    await expect(world.look.file('rooted', '/etc/open')).rejects.toMatchObject({ verdict: 'unreachable' });
  });

  it('a pipe in the place of the record holds nobody up', async () => {
    mkdirSync(folder);
    execFileSync('mkfifo', [join(folder, 'looks.jsonl')]);
    await expect(replaying(bench.world, folder).look.machine()).rejects.toMatchObject({ verdict: 'unreachable' });
  });

  it('names the line of a record that is none', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'looks.jsonl'), '\n{"verb":1}\n');
    const look = replaying(bench.world, folder).look.machine();
    await expect(look).rejects.toMatchObject({ verdict: 'usage', detail: { place: { line: 2 } } });
  });
});

describe('redacted', () => {
  it.each([
    ['１３８１２３４５６７８', true],
    ['138 1234 5678', true],
    ['110101 19900307 7715', true],
    ['$6$salt$hashhashhash', true],
    ['AGE-SECRET-KEY-1QQQQ', true],
    ['net.ipv4.ip_forward = 0', false],
    ['2026-11-23 21:00:00', false],
    ['PASS_MAX_DAYS 90', false],
    ['Ｆｕｌｌ width stays', false],
  ])('%s', (text, hidden) => {
    expect(redacted(text) === text).toBe(!hidden);
  });
});
