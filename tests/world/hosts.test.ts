/** What only one kind of carrier does: a rooted folder that confines, ssh that insists on host keys. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Spawned } from '../../src/core/change.ts';
import { sha256 } from '../../src/core/json.ts';
import { sshdMissing } from '../stand-ins/sshd.ts';
import { type Carriers, startCarriers } from './carriers.ts';
import { benchOf, unheard } from './site.ts';

let carriers: Carriers;
beforeAll(async () => {
  carriers = await startCarriers();
}, 30_000);
afterAll(async () => carriers?.stop());

describe('a rooted host', () => {
  it('runs no command, leaves out settle, and lets no link lead a look out', async () => {
    const bench = benchOf(carriers.hosts);
    try {
      const { look } = bench.world;
      expect(look.rooted('rooted')).toBe(true);
      expect(look.rooted('local')).toBe(false);
      await expect(look.command({ host: 'rooted', argv: ['id'] })).rejects.toMatchObject({ verdict: 'unreachable' });
      symlinkSync('/etc', join(bench.dir, 'root', 'abs'));
      symlinkSync('../..', join(bench.dir, 'root', 'rel'));
      mkdirSync(join(bench.dir, 'root', 'real'));
      writeFileSync(join(bench.dir, 'root', 'real', 'x'), 'inside');
      symlinkSync('real', join(bench.dir, 'root', 'within'));
      await expect(look.file('rooted', '/abs/passwd')).rejects.toMatchObject({ verdict: 'refused' });
      await expect(look.file('rooted', '/rel/etc/passwd')).rejects.toMatchObject({ verdict: 'refused' });
      await expect(look.folder('rooted', '/abs')).rejects.toMatchObject({ verdict: 'refused' });
      expect(await look.file('rooted', '/within/x')).toMatchObject({ kind: 'file' });
      const settle = [{ host: 'rooted', argv: ['touch', '/x'] }];
      const change = {
        kind: 'file' as const,
        host: 'rooted',
        path: '/y',
        content: { utf8: '' },
        before: 'absent',
        settle,
      };
      expect(await bench.world.perform(change, unheard)).toEqual({ post: sha256('') });
      expect(await look.reach('host:rooted')).toMatchObject({ ok: true });
    } finally {
      bench.remove();
    }
  });
});

describe.skipIf(sshdMissing !== undefined)('an ssh host', () => {
  it('refuses an unknown and a changed host key, naming the fingerprint', async () => {
    const bench = benchOf((dir) => {
      const named = carriers.hosts();
      const ssh = named.hosts?.ssh as object;
      const keys = ['unknown', 'changed'].map((name) => join(dir, name));
      writeFileSync(join(dir, 'unknown'), '');
      const other = readFileSync(`${carriers.sshd?.identityFile}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
      writeFileSync(join(dir, 'changed'), `[127.0.0.1]:${carriers.sshd?.port} ${other}\n`);
      return { hosts: { unknown: { ...ssh, knownHosts: keys[0] }, changed: { ...ssh, knownHosts: keys[1] } } as never };
    });
    try {
      const unknown = await bench.world.look.command({ host: 'unknown', argv: ['id'] }).catch((error) => error);
      expect(unknown).toMatchObject({ verdict: 'unreachable', text: { t: expect.stringContaining('is not known') } });
      const changed = await bench.world.look.command({ host: 'changed', argv: ['id'] }).catch((error) => error);
      expect(changed).toMatchObject({ verdict: 'unreachable', text: { t: expect.stringContaining('has changed') } });
      expect(changed.text.with.fingerprint).toBe(carriers.sshd?.fingerprint);
      const deed = { kind: 'command' as const, host: 'changed', argv: ['id'], undo: [] };
      await expect(bench.world.perform(deed, unheard)).rejects.toMatchObject({
        detail: { data: { state: 'not-done' } },
      });
    } finally {
      bench.remove();
    }
  });

  it('refuses an address that ssh would take for an option', async () => {
    const bench = benchOf(() => ({ hosts: { bad: { connect: 'ssh', address: '-oProxyCommand=id' } } }));
    await expect(bench.world.look.command({ host: 'bad', argv: ['id'] })).rejects.toMatchObject({ verdict: 'refused' });
    bench.remove();
  });
});

describe.skipIf(sshdMissing !== undefined)('a connection that breaks in a deed', () => {
  it('leaves it unknown whether it happened; the deed goes on, and alive tells', async () => {
    const bench = benchOf(carriers.hosts);
    const mark = join(bench.dir, 'mark');
    const told: Spawned[] = [];
    const argv = [
      'sh',
      '-c',
      'echo >"$1.begun"; i=0; while [ $i -lt 8 ]; do echo x; sleep 0.2; i=$((i+1)); done; echo >"$1"',
      'sh',
      mark,
    ];
    const deed = bench.world.perform(
      { kind: 'command', host: 'ssh', argv, undo: [] },
      { spawned: async (one) => void told.push(one) },
    );
    const ended = deed.catch((error) => error);
    while (!existsSync(`${mark}.begun`)) await new Promise((resolve) => setTimeout(resolve, 20));
    carriers.sshd?.cut();
    expect(await ended).toMatchObject({ verdict: 'failed', detail: { data: { state: 'unknown' } } });
    const [process] = told;
    if (process === undefined) throw new Error('no process was told');
    expect(existsSync(mark)).toBe(false);
    // Over a new connection.
    expect(await bench.world.look.alive(process)).toBe(true);
    while (await bench.world.look.alive(process)) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(existsSync(mark)).toBe(true);
    bench.remove();
  });
});
