/** The door: what the caller's environment would put into the program, or make it skip, stays outside. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let home: string;
/** The real door before a runtime that only says what environment it was given. */
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gxops-door-'));
  for (const folder of ['bin', 'dist', 'runtime/bin']) mkdirSync(join(home, folder), { recursive: true });
  copyFileSync('bin/gxops', join(home, 'bin/gxops'));
  writeFileSync(join(home, 'dist/main.cjs'), '');
  writeFileSync(join(home, 'runtime/bin/node'), '#!/bin/sh\nenv\n');
  for (const file of ['bin/gxops', 'runtime/bin/node']) chmodSync(join(home, file), 0o755);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function given(env: Readonly<Record<string, string>>): string[] {
  const all = { PATH: '/usr/bin:/bin', ...env };
  const said = execFileSync(join(home, 'bin/gxops'), [], { env: all, encoding: 'utf8', timeout: 10_000 });
  return said.split('\n').map((line) => line.split('=')[0] ?? '');
}

describe('the door', () => {
  it.each([
    'NODE_OPTIONS',
    'NODE_PATH',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'NODE_REDIRECT_WARNINGS',
    'NODE_DEBUG',
    'LD_LIBRARY_PATH',
    'LD_AUDIT',
    'LD_PRELOAD',
    'OPENSSL_CONF',
    'OPENSSL_MODULES',
    'SSLKEYLOGFILE',
  ])('%s does not come in', (name) => {
    expect(given({ [name]: join(home, 'nothing') })).not.toContain(name);
  });

  it('what is ours does', () => {
    expect(given({ GXOPS_SITE: home, LANG: 'C', HTTPS_PROXY: 'x' })).toEqual(
      expect.arrayContaining(['GXOPS_SITE', 'LANG', 'HTTPS_PROXY']),
    );
  });
});
