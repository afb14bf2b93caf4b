/** A look at files held in memory, which counts what it reads. */
import { Stop } from '../../src/core/stop.ts';
import type { FileSeen, Look, Output } from '../../src/core/world.ts';

export interface Memory {
  readonly files: Map<string, FileSeen>;
  readonly rooted?: boolean;
  readonly refused?: readonly string[];
  readonly answer?: (argv: readonly string[]) => Output;
}

/** `reads` are the paths read, in order; `most` the number of looks that ran at once. */
export function lookAt({ files, rooted = false, refused = [], answer }: Memory) {
  const reads: string[] = [];
  let running = 0;
  const counted = { most: 0 };
  const turn = async <T>(work: () => T): Promise<T> => {
    counted.most = Math.max(counted.most, ++running);
    await new Promise((go) => setImmediate(go));
    running--;
    return work();
  };
  const check = (path: string): void => {
    if (refused.includes(path)) throw new Stop('unreachable', `${path} could not be read (EACCES)`);
  };
  const never = (): never => {
    throw new Error('not used here');
  };
  const look: Look = {
    rooted: () => rooted,
    file: (_host, path) =>
      turn(() => {
        reads.push(path);
        check(path);
        return files.get(path) ?? folderAt(files, path);
      }),
    folder: (_host, path) =>
      turn(() => {
        check(path);
        const names = namesIn(files, path);
        return names.length === 0 ? undefined : names;
      }),
    command: ({ argv }) =>
      turn(() => {
        if (!answer) throw new Stop('unreachable', `${argv.join(' ')} could not be run`);
        return answer(argv);
      }),
    rows: never,
    columns: never,
    estimate: never,
    catalogue: never,
    fingerprint: never,
    state: never,
    privileges: never,
    redis: never,
    reach: never,
    alive: never,
    machine: never,
  };
  return { look, reads, counted };
}

/** A plain file of root's. */
export function plain(text: string | Uint8Array, mode = 0o644): FileSeen {
  return { kind: 'file', bytes: Buffer.from(text), mode, owner: 0, group: 0, modified: 0 };
}

function namesIn(files: ReadonlyMap<string, FileSeen>, folder: string): string[] {
  const below = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
  return [...new Set(below.map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))].sort();
}

function folderAt(files: ReadonlyMap<string, FileSeen>, path: string): FileSeen {
  return namesIn(files, path).length > 0 ? { kind: 'folder', mode: 0o700, owner: 0, group: 0 } : { kind: 'absent' };
}
