/** What other users of the machine could read about a running program's children: their argv and their environment. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Offspring {
  /** Everything seen so far: command lines and environments of the process's descendants. */
  seen(): { readonly argv: readonly string[]; readonly environment: readonly string[] };
  stop(): void;
}

/** Looks at /proc every few milliseconds from now on. */
export function watchOffspring(pid: number): Offspring {
  const argv = new Set<string>();
  const environment = new Set<string>();
  const look = () => {
    for (const child of descendants(pid)) {
      argv.add(read(`/proc/${child}/cmdline`));
      environment.add(read(`/proc/${child}/environ`));
    }
  };
  const timer = setInterval(look, 4);
  return { seen: () => ({ argv: [...argv], environment: [...environment] }), stop: () => clearInterval(timer) };
}

/** The process itself and all below it that live now. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const under = (child: number): boolean => {
    const parent = parents.get(child);
    return parent !== undefined && parent > 1 && (parent === pid || under(parent));
  };
  return [pid, ...[...parents.keys()].filter(under)];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
