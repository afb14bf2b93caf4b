/** Gathering: each path once, links followed, refusals kept, nothing of a running system on a root folder. */
import { expect, test } from 'vitest';
import type { FileSeen } from '../../src/core/world.ts';
import type { Need } from '../../src/rules/linux/facts.ts';
import { LINUX_RULES, needsOf } from '../../src/rules/linux/index.ts';
import { gatherFacts, userOn } from '../../src/runbooks/gather-linux.ts';
import { SITE } from '../rules/linux/site.ts';
import { lookAt, plain } from './look.ts';

const link = (target: string): FileSeen => ({ kind: 'link', target, mode: 0o777, owner: 0, group: 0 });
const need = (path: string): Need => ({ kind: 'file', path });

test('every path is read once, eight looks at a time', async () => {
  const files = new Map([
    ['/etc/passwd', plain('root:x:0:0::/root:/bin/sh\n')],
    ...Array.from({ length: 40 }, (_, at) => [`/etc/pam.d/s${at}`, plain('')] as const),
  ]);
  const { look, reads, counted } = lookAt({ files });
  await gatherFacts(look, 'h', needsOf(LINUX_RULES));
  expect(reads.length).toBe(new Set(reads).size);
  expect(reads).toContain('/etc/pam.d/s39');
  expect(reads).toContain('/root/.rhosts');
  expect(counted.most).toBe(8);
});

test('links are followed, relative and absolute, and a ring is unseen', async () => {
  const files = new Map([
    ['/etc/os-release', link('../usr/lib/os-release')],
    ['/usr/lib/os-release', plain('ID=x\n')],
    ['/etc/a', link('/etc/b')],
    ['/etc/b', link('a')],
    ['/etc/gone', link('nowhere')],
  ]);
  const { look } = lookAt({ files });
  const { files: seen } = await gatherFacts(look, 'h', ['/etc/os-release', '/etc/a', '/etc/gone'].map(need));
  expect(seen['/etc/os-release']).toMatchObject({ seen: { at: '/usr/lib/os-release', what: { kind: 'file' } } });
  expect(seen['/etc/a']).toHaveProperty('unseen');
  expect(seen['/etc/gone']).toMatchObject({ seen: { at: '/etc/nowhere', what: { kind: 'absent' } } });
});

test('what may not be looked at keeps its reason', async () => {
  const { look } = lookAt({ files: new Map(), refused: ['/etc/shadow', '/etc/pam.d'] });
  const facts = await gatherFacts(look, 'h', [need('/etc/shadow'), { kind: 'folder', path: '/etc/pam.d', files: '' }]);
  expect(facts.files['/etc/shadow']).toEqual({ unseen: '/etc/shadow could not be read (EACCES)' });
  expect(facts.folders['/etc/pam.d']).toEqual({ unseen: '/etc/pam.d could not be read (EACCES)' });
});

test('any other error is not swallowed', async () => {
  const { look } = lookAt({ files: new Map() });
  const broken = { ...look, file: () => Promise.reject(new TypeError('bug')) };
  await expect(gatherFacts(broken, 'h', [need('/etc/shadow')])).rejects.toThrow('bug');
});

test('on a root folder nothing of a running system is asked for', async () => {
  const { look, reads } = lookAt({ files: new Map(), rooted: true });
  const facts = await gatherFacts(look, 'h', needsOf(LINUX_RULES));
  expect(facts.commands).toEqual({});
  expect(reads.filter((path) => path.startsWith('/proc') || path.startsWith('/sys'))).toEqual([]);
});

test('root is become only where site.yml allows it', () => {
  const become = { method: 'sudo', users: ['oracle', 'root'] } as const;
  const site = {
    ...SITE,
    hosts: { a: { connect: 'local', become }, b: { connect: 'local' }, c: { connect: 'hand' } },
  } as const;
  expect([userOn(site, 'a'), userOn(site, 'b'), userOn(site, 'c'), userOn(site, 'd')]).toEqual([
    'root',
    undefined,
    undefined,
    undefined,
  ]);
});
