/** Whether each driver loads, its version, and how it works; without any target. */
import { t } from '../core/text.ts';
import type { Reach } from '../core/world.ts';
import { runChild } from './child.ts';

const DRIVERS: Readonly<Record<string, () => Promise<Reach>>> = {
  async oracledb() {
    const { default: oracledb } = await import('oracledb');
    return { ok: true, version: oracledb.versionString, mode: oracledb.thin ? 'Thin' : 'Thick' };
  },
  async pg() {
    const { default: pg } = await import('pg');
    const { default: facts } = await import('pg/package.json', { with: { type: 'json' } });
    return { ok: typeof pg.Client === 'function', version: facts.version, mode: 'JavaScript' };
  },
  async ioredis() {
    const { Redis } = (await import('ioredis')).default;
    const { default: facts } = await import('ioredis/package.json', { with: { type: 'json' } });
    return { ok: typeof Redis === 'function', version: facts.version, mode: 'JavaScript' };
  },
  async sqlite() {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(':memory:');
    const row = database.prepare('SELECT sqlite_version() AS version').get();
    database.close();
    return { ok: true, version: String(row?.version), mode: 'node:sqlite' };
  },
  async age() {
    const { Encrypter } = await import('age-encryption');
    return { ok: typeof Encrypter === 'function', mode: 'JavaScript' };
  },
  async ssh() {
    const ended = await runChild({ argv: ['ssh', '-V'], timeout: 5000 });
    const version = ended.stderr.toString('utf8').trim();
    if (ended.how === 'exit' && ended.code === 0) return { ok: true, version, mode: 'OpenSSH' };
    return {
      ok: false,
      mode: 'OpenSSH',
      trouble: t('no ssh program was found'),
      advice: t('Install the system package openssh-clients.'),
    };
  },
  async fetch() {
    return { ok: typeof fetch === 'function', version: process.versions.undici ?? '', mode: 'HTTP' };
  },
};

/** The drivers that `doctor` lists. */
export const DRIVER_NAMES = Object.keys(DRIVERS);

/** Loads one and says its version; a driver that does not load is `ok: false`, never an exception. */
export async function reachDriver(name: string): Promise<Reach> {
  const driver = Object.hasOwn(DRIVERS, name) ? DRIVERS[name] : undefined;
  if (driver === undefined) return { ok: false, trouble: t('there is no driver {name}', { name }) };
  try {
    return await driver();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, trouble: t('the driver {name} does not load: {why}', { name, why }) };
  }
}
