/** The demo holds, in both languages, and leaves nothing behind when told so. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnv, root } from '../stand-ins/bin.ts';

describe('npm run demo', () => {
  it.each(['en', 'zh-CN'])('in %s: every part holds', (language) => {
    const folder = mkdtempSync(join(tmpdir(), 'gxops-demo-test-'));
    const argv = ['--import', 'tsx', join(root, 'scripts/demo.ts'), '--remove', '--lang', language];
    const env = cleanEnv({ TMPDIR: folder, HOME: folder });
    const ran = spawnSync(process.execPath, argv, { cwd: root, env, encoding: 'utf8', timeout: 150_000 });
    const left = readdirSync(folder).filter((name) => name.startsWith('gxops-'));
    rmSync(folder, { recursive: true });
    expect(ran.stderr + ran.stdout.slice(-2000)).not.toContain('✘');
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stdout.match(/✔/g)).toHaveLength(12);
    expect(left).toEqual([]);
  }, 180_000);
});
