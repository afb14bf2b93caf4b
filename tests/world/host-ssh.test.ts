/** What an interruption means over ssh: looks end and none begins, a deed goes through, and what never began is said to be not done. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/json.ts';
import { sshdMissing } from '../stand-ins/sshd.ts';
import { type Carriers, startCarriers } from './carriers.ts';
import { benchOf, unheard } from './site.ts';

let carriers: Carriers;
beforeAll(async () => {
  carriers = await startCarriers();
}, 30_000);
afterAll(async () => carriers?.stop());

const look = { host: 'ssh', argv: ['id'] };
const written = (path: string) => ({
  kind: 'file' as const,
  host: 'ssh',
  path,
  content: { utf8: 'whole\n' },
  before: 'absent',
});

describe.skipIf(sshdMissing !== undefined)('an interruption', () => {
  it('on a standing connection: no look begins, a write goes through', async () => {
    const controller = new AbortController();
    const bench = benchOf(carriers.hosts, { signal: controller.signal });
    try {
      expect(await bench.world.look.command(look)).toMatchObject({ code: 0 });
      controller.abort('SIGTERM');
      await expect(bench.world.look.command(look)).rejects.toMatchObject({
        verdict: 'unreachable',
        text: { t: expect.stringContaining('was ended by the interruption') },
      });
      const path = join(bench.dir, 'written');
      expect(await bench.world.perform(written(path), unheard)).toEqual({ post: sha256('whole\n') });
      expect(readFileSync(path, 'utf8')).toBe('whole\n');
    } finally {
      bench.remove();
    }
  });

  it('before the connection stands: none is begun, and a deed is surely not done', async () => {
    const bench = benchOf(carriers.hosts, { signal: AbortSignal.abort('SIGTERM') });
    try {
      const path = join(bench.dir, 'never');
      const interrupted = {
        verdict: 'unreachable',
        text: { t: expect.stringContaining('was ended by the interruption') },
        detail: { data: { state: 'not-done' } },
      };
      await expect(bench.world.look.command(look)).rejects.toMatchObject(interrupted);
      await expect(bench.world.perform(written(path), unheard)).rejects.toMatchObject(interrupted);
      expect(existsSync(path)).toBe(false);
    } finally {
      bench.remove();
    }
  });
});
