/** The changes of a YAML runbook as Change values: argv and file bytes, each with its undo; what is already so is left out. */
import {
  type Argv,
  type Change,
  type CommandChange,
  contentOf,
  type FileChange,
  type Probe,
  summaryOf,
  type Undo,
} from '../core/change.ts';
import { sha256 } from '../core/json.ts';
import type { Moment } from '../core/runbook.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { FileSeen } from '../core/world.ts';
import { cutsOffCommand, cutsOffFile } from '../rules/cut-off.ts';
import { withLine } from '../rules/file-line.ts';
import type { ChangeSource } from '../rules/runbook-definition.ts';
import { milliseconds } from '../rules/shape.ts';
import { fill, fillArgv, fillPath, fillPattern, type Values } from '../rules/substitution.ts';
import { hostOf, valuesOf } from './site-yaml-look.ts';

/** The Changes still to be made. `timeout` is the step's, where the change has none of its own. */
export async function changesOf(
  moment: Moment,
  sources: readonly ChangeSource[],
  timeout: number | undefined,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const source of sources) {
    const change = source.file === undefined ? commandChange(moment, source) : await fileChange(moment, source);
    if (change !== undefined) insistOnSafe(moment, change);
    const own = source.timeout === undefined ? timeout : milliseconds(source.timeout);
    if (change !== undefined) changes.push(own === undefined ? change : { ...change, timeout: own });
  }
  return changes;
}

/** What can cut us off needs an undo armed on the target, outside our connection; a YAML runbook has none. Folders cannot be cut off. */
function insistOnSafe({ look }: Moment, change: CommandChange | FileChange): void {
  const undo = change.kind === 'command' && !('irreversible' in change.undo) ? change.undo : [];
  const programs = [
    ...(change.kind === 'file' ? (change.settle ?? []) : [change]),
    ...undo.flatMap((back) => (back.kind === 'command' ? [back] : [])),
  ];
  const cuts =
    (change.kind === 'file' && cutsOffFile(change.path)) || programs.some(({ argv }) => cutsOffCommand(argv));
  if (!cuts || look.rooted(change.host)) return;
  throw new Stop(
    'refused',
    t('{what} on {host} could cut us off, and this runbook cannot arm its undo on the host.', {
      what: summaryOf(change),
      host: change.host,
    }),
    {
      notDone: t('Nothing of this step was planned or done.'),
      safe: t('Nothing was changed by this step.'),
      next: ['gxops runbook list'],
    },
  );
}

function commonOf({ why, reaches }: ChangeSource) {
  return { ...(why === undefined ? {} : { why }), ...(reaches === undefined ? {} : { reaches }) };
}

function commandChange(moment: Moment, source: ChangeSource): CommandChange {
  const values = valuesOf(moment);
  const host = hostOf(source.host, values, moment.site);
  const program = (argv: readonly string[], as = source.as): Argv => ({
    host,
    argv: fillArgv(argv, values),
    ...(as === undefined ? {} : { as: fill(as, values) }),
  });
  const probe = probeOf(source, program);
  return {
    kind: 'command',
    ...program(source.command ?? []),
    ...commonOf(source),
    undo: undoOf(source, program),
    ...(probe === undefined ? {} : { probe }),
  };
}

type Program = (argv: readonly string[], as?: string) => Argv;

function undoOf({ undo }: ChangeSource, program: Program): Undo {
  if (undo === undefined || 'none' in undo) return { irreversible: undo?.none ?? t('no undo was written') };
  return [{ kind: 'command', ...program(undo.command, undo.as), undo: { irreversible: t('it is itself the undo') } }];
}

function probeOf({ probe }: ChangeSource, program: Program): Probe | undefined {
  if (probe === undefined) return undefined;
  const { code, stdout } = probe;
  return {
    kind: 'command',
    look: program(probe.command, probe.as),
    ...(code === undefined ? {} : { code }),
    ...(stdout === undefined ? {} : { stdout }),
  };
}

/** undefined where the file is already as it shall be. */
async function fileChange(moment: Moment, source: ChangeSource): Promise<FileChange | undefined> {
  const values = valuesOf(moment);
  const host = hostOf(source.host, values, moment.site);
  const path = fillPath(source.file ?? '', values);
  const as = source.as === undefined ? {} : { as: fill(source.as, values) };
  const seen = await moment.look.file(host, path, as.as);
  const wanted = wantedBytes(source, values, seen, path);
  const mode = source.mode === undefined ? undefined : Number.parseInt(source.mode, 8);
  if (isAlready(seen, wanted, mode)) return undefined;
  return {
    kind: 'file',
    host,
    path,
    content: wanted === null ? null : contentOf(wanted),
    ...(mode === undefined ? {} : { mode }),
    ...as,
    before: seen.kind === 'file' ? sha256(seen.bytes) : 'absent',
    ...commonOf(source),
    ...settleOf(source, host, values, as),
  };
}

function settleOf({ settle }: ChangeSource, host: string, values: Values, as: { as?: string }) {
  if (settle === undefined) return {};
  return { settle: settle.map((argv): Argv => ({ host, argv: fillArgv(argv, values), ...as })) };
}

function isAlready(seen: FileSeen, wanted: Uint8Array | null, mode: number | undefined): boolean {
  if (wanted === null) return seen.kind === 'absent';
  if (seen.kind !== 'file' || !Buffer.from(seen.bytes).equals(wanted)) return false;
  return mode === undefined || (seen.mode & 0o7777) === mode;
}

function wantedBytes(source: ChangeSource, values: Values, seen: FileSeen, path: string): Uint8Array | null {
  if (seen.kind !== 'file' && seen.kind !== 'absent') {
    throw new Stop('refused', t('{path} is no regular file but a {kind}.', { path, kind: seen.kind }), {
      notDone: t('It was not changed.'),
      safe: t('Nothing was changed by this step.'),
    });
  }
  if (source.absent === true) return null;
  if (source.content !== undefined) return Buffer.from(fill(source.content, values), 'utf8');
  const text = seen.kind === 'file' ? utf8(seen.bytes, path) : '';
  const replaces = source.replaces === undefined ? undefined : fillPattern(source.replaces, values);
  return Buffer.from(withLine(text, fill(source.line ?? '', values), replaces, path), 'utf8');
}

function utf8(bytes: Uint8Array, path: string): string {
  try {
    // A byte order mark is part of the file; the decoder would drop it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Stop('refused', t('{path} is not UTF-8 text; one line of it cannot be set.', { path }), {
      notDone: t('It was not changed.'),
      safe: t('Nothing was changed by this step.'),
    });
  }
}
