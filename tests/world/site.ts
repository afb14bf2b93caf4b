/** A site in a temporary folder and the World on it, for the tests of this room. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, type Site } from '../../src/core/site.ts';
import type { Keep, World } from '../../src/core/world.ts';
import { buildWorld, type Outside } from '../../src/world/world.ts';

/** A site that names nothing but what is given. */
export function siteIn(dir: string, named: Partial<Site>): Site {
  const limits = {
    ...LIMITS,
    rows: 1000,
    twoApprovalsAboveRows: 100,
    statementTimeout: 5000,
    approvalExpires: 1000,
    coverage: 0.8,
  };
  const none = {
    hosts: {},
    databases: {},
    redis: {},
    search: {},
    goldengate: {},
    windows: {},
    neighbours: {},
    obeys: {},
  };
  const rest = { classification: {}, owners: {}, hot: {}, keys: {}, parameters: {}, limits, sandbox: true };
  return { dir, name: 'test', language: 'en', timeZone: 'UTC', ...rest, ...none, ...named };
}

export interface Bench {
  readonly dir: string;
  readonly world: World;
  remove(): void;
}

/** These tests keep nothing: a Keep that says so when it is touched. */
export const noKeep = new Proxy({} as Keep, {
  get: (_, name) => {
    throw new Error(`keep.${String(name)} is not part of this test`);
  },
});

/** The World over a new folder that holds `root`, an empty host root. */
export function benchOf(named: (dir: string) => Partial<Site>, outside: Partial<Outside> = {}): Bench {
  const dir = mkdtempSync(join(tmpdir(), 'gxops-world-'));
  mkdirSync(join(dir, 'root'));
  const site = siteIn(dir, named(dir));
  const world = buildWorld({ site, keep: noKeep, answers: {}, yes: false, input: false, dictionary: {}, ...outside });
  return { dir, world, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Hooks that record nothing. */
export const unheard = { spawned: async () => undefined };
