/** A folder taken as the root of a host: files only, confined below it; its owner stands for uid 0. */
import { realpath, stat } from 'node:fs/promises';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Carrier } from './carrier.ts';
import { writeFileAt } from './file-deed.ts';
import { type Root, seeFile, seeFolder } from './file-look.ts';
import { lazy } from './lazy.ts';

/** The carrier of a host with `root` (absolute path of the folder). */
export function rootedHost(name: string, folder: string): Carrier {
  const root = lazy(() => openRoot(name, folder));
  const none = async (): Promise<never> => {
    throw noCommand(name);
  };
  return {
    command: none,
    perform: none,
    file: async (path) => seeFile(await root(), name, path),
    folder: async (path) => seeFolder(await root(), name, path),
    // Settle commands are left out: there is nothing running that could take the file up.
    write: async (change) => writeFileAt(await root(), change),
    alive: async () => undefined,
    reach: async () => {
      await root();
      return { ok: true, mode: `root ${folder}` };
    },
  };
}

function noCommand(name: string): Stop {
  return new Stop(
    'unreachable',
    t('host {host} is a folder taken as a root: a host with a root folder runs no command', { host: name }),
    {
      notDone: t('The program was not started.'),
      data: { state: 'not-done' },
    },
  );
}

async function openRoot(name: string, folder: string): Promise<Root> {
  try {
    const path = await realpath(folder);
    const { uid, gid } = await stat(path);
    if (path === '/') throw new Error('/');
    return { path, owner: uid, group: gid };
  } catch (error) {
    throw new Stop(
      'unreachable',
      t('the root folder {folder} of host {host} cannot be entered', { folder, host: name }),
      {
        notDone: t('Nothing was read or written there.'),
        data: { state: 'not-done' },
        cause: error,
      },
    );
  }
}
