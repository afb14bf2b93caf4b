/** This machine as a host. */
import type { Argv, CommandChange, FileChange, Made } from '../core/change.ts';
import type { Become } from '../core/site.ts';
import type { FileSeen, Hooks, Output, Reach } from '../core/world.ts';
import { becoming, insistBecome, sudoRefusal } from './become.ts';
import { outputOf } from './bounds.ts';
import { type Carrier, DEED_TIMEOUT, LOOK_TIMEOUT } from './carrier.ts';
import { runChild, statFields } from './child.ts';
import { runDeed } from './deed.ts';
import { fileAs, writeAs } from './file-become.ts';
import { writeFileAt } from './file-deed.ts';
import { seeFile, seeFolder, WHOLE_MACHINE } from './file-look.ts';

export interface LocalHost {
  readonly name: string;
  readonly become?: Become;
  /** Ends looks under way; deeds finish. */
  readonly signal?: AbortSignal;
}

/** The local carrier. */
export function localHost(host: LocalHost): Carrier {
  return {
    command: (look, timeout) => command(host, look, timeout),
    file: (path, as) => file(host, path, as),
    folder: (path) => seeFolder(WHOLE_MACHINE, host.name, path),
    perform: (change, hooks) => perform(host, change, hooks),
    write: (change, hooks) => write(host, change, hooks),
    alive: localAlive,
    reach: () => reach(host),
  };
}

async function command(host: LocalHost, look: Argv, timeout: number): Promise<Output> {
  const argv = becoming(host, look.argv, look.as);
  const ended = await runChild({ argv, timeout, ...optional('stdin', look.stdin), ...optional('signal', host.signal) });
  const output = outputOf(host.name, ended.how === 'missing' ? argv : look.argv, ended);
  if (look.as !== undefined) insistBecome(host.name, look.as, look.argv, output);
  return output;
}

async function file(host: LocalHost, path: string, as: string | undefined): Promise<FileSeen> {
  if (as === undefined) return seeFile(WHOLE_MACHINE, host.name, path);
  return fileAs(host.name, path, (argv, stdin) => asUser(host, argv, as, stdin));
}

function asUser(host: LocalHost, argv: readonly string[], as: string, stdin?: Uint8Array) {
  const running = { argv: becoming(host, argv, as), timeout: LOOK_TIMEOUT, cap: 17 * 1024 * 1024 };
  return runChild({ ...running, ...optional('stdin', stdin) }).then((ended) => {
    if (ended.how === 'exit') insistBecome(host.name, as, argv, { code: ended.code, stderr: ended.stderr.toString() });
    return ended;
  });
}

async function perform(host: LocalHost, change: CommandChange, hooks: Hooks): Promise<Made> {
  const argv = becoming(host, change.argv, change.as);
  const timeout = change.timeout ?? DEED_TIMEOUT;
  return runDeed({ host: host.name, argv, timeout, hooks, ...optional('stdin', change.stdin) }).catch((error) => {
    throw change.as === undefined ? error : sudoRefusal(error, host.name, change.as, change.argv);
  });
}

async function write(host: LocalHost, change: FileChange, hooks: Hooks): Promise<Made> {
  const { as } = change;
  const made =
    as === undefined
      ? await writeFileAt(WHOLE_MACHINE, change)
      : await writeAs(host.name, change, (argv, stdin) => asUser(host, argv, as, stdin));
  await settle(change, (deed) => perform(host, deed, hooks));
  return made;
}

/** Performs a file's settle commands in order; shared by the carriers that run commands. */
export async function settle(change: FileChange, run: (deed: CommandChange) => Promise<Made>): Promise<void> {
  for (const argv of change.settle ?? []) {
    await run({ kind: 'command', ...argv, undo: [], ...optional('timeout', change.timeout) });
  }
}

/** `{ [key]: value }`, or nothing where the value is undefined. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

/** Whether exactly this process still lives on this machine; one of the same number started later is another. A zombie is dead. */
export async function localAlive(pid: number, started: string): Promise<boolean> {
  const fields = await statFields(pid);
  return fields?.[19] === started && !['Z', 'X'].includes(fields[0] ?? 'X');
}

async function reach(host: LocalHost): Promise<Reach> {
  const output = await command(host, { host: host.name, argv: ['uname', '-srm'] }, LOOK_TIMEOUT);
  return { ok: output.code === 0, version: output.stdout.trim(), mode: 'local' };
}
