/** From failing rules to Changes: edits of several rules on one file become one Change that names them all. */
import { type Change, type CommandChange, contentOf, type FileChange } from '../../core/change.ts';
import type { Finding } from '../../core/finding.ts';
import { sha256 } from '../../core/json.ts';
import type { Site } from '../../core/site.ts';
import { type Text, t } from '../../core/text.ts';
import { decoded, type Facts, placed } from './facts.ts';
import { plannable } from './judge.ts';
import { paramsOf } from './parameters.ts';
import type { Edit, Rule } from './rule.ts';

interface Wish {
  readonly rule: Rule;
  readonly edit: Edit;
}

/** Rules whose finding is a fail or warn that a plan here can cure. */
export function curable(rules: readonly Rule[], findings: readonly Finding[], facts: Facts, site: Site): Rule[] {
  const faulty = new Set(findings.filter(({ outcome }) => /^(fail|warn)$/.test(outcome)).map(({ rule }) => rule));
  return rules.filter(
    (rule) => faulty.has(rule.id) && plannable(rule, facts, paramsOf(rule, site.parameters[rule.id])),
  );
}

/** The Changes that cure these rules on one host, in order of first touch. `as` is the user they run as where the host becomes one. */
export function changesFor(rules: readonly Rule[], facts: Facts, host: string, site: Site, as?: string): Change[] {
  const wishes = rules.flatMap((rule) =>
    (rule.fix?.edits(facts, paramsOf(rule, site.parameters[rule.id])) ?? []).map((edit) => ({ rule, edit })),
  );
  const user = as === undefined ? {} : { as };
  const byObject = new Map<string, Wish[]>();
  for (const wish of wishes) {
    const { edit } = wish;
    const object = edit.kind === 'kernel' ? `kernel ${edit.key}` : placed(facts, edit.path).at;
    byObject.set(object, [...(byObject.get(object) ?? []), wish]);
  }
  return [...byObject].flatMap(([object, group]) =>
    changeOf(object, group, facts, host).map((one) => ({ ...one, ...user })),
  );
}

function changeOf(object: string, group: readonly Wish[], facts: Facts, host: string): (FileChange | CommandChange)[] {
  const why = whyOf(group.map(({ rule }) => rule));
  const edits = group.map(({ edit }) => edit);
  const kernel = edits.findLast((edit) => edit.kind === 'kernel');
  if (kernel) return [kernelChange(kernel, host, why)];
  const modesOnly = edits.every((edit) => edit.kind === 'mode');
  return modesOnly && !facts.rooted
    ? chmod(object, edits, facts, host, why)
    : fileChange(object, edits, facts, host, why);
}

function whyOf(rules: readonly Rule[]): Text {
  const each = [...new Set(rules)].map((rule) =>
    t('{rule} {title} ({why} May block: {blocks})', {
      rule: rule.id,
      title: rule.title,
      why: rule.why,
      blocks: rule.risk.blocks,
    }),
  );
  return each.reduce<Text>((first, second) => (first === '' ? second : t('{first}; {second}', { first, second })), '');
}

function fileChange(at: string, edits: readonly Edit[], facts: Facts, host: string, why: Text): FileChange[] {
  const { what } = found(facts, at);
  if (what.kind !== 'file' && what.kind !== 'absent') return [];
  const bytes = what.kind === 'file' ? what.bytes : new Uint8Array();
  const same = { kind: 'file', host, path: at, why, before: what.kind === 'file' ? sha256(bytes) : 'absent' } as const;
  if (edits.some(({ kind }) => kind === 'remove')) return [{ ...same, content: null }];
  const { text, encoding } = decoded(bytes);
  const edited = edits.reduce((now, edit) => (edit.kind === 'text' ? edit.edit(now) : now), text);
  const will = Buffer.from(edited, encoding);
  const mode = modeOf(what.kind === 'file' ? what.mode : undefined, edits);
  if (what.kind === 'file' && will.equals(bytes) && (mode ?? what.mode) === what.mode) return [];
  const secret = edits.some((edit) => edit.kind === 'mode' && edit.secret) ? { secret: true } : {};
  return [{ ...same, content: contentOf(will), ...(mode === undefined ? {} : { mode }), ...secret }];
}

/** Bits left after every rule took its own away; a new file's mode where one is asked for. */
function modeOf(now: number | undefined, edits: readonly Edit[]): number | undefined {
  if (now === undefined) return edits.flatMap((edit) => (edit.kind === 'text' ? (edit.mode ?? []) : []))[0];
  const masks = edits.flatMap((edit) => (edit.kind === 'mode' ? [edit.keep] : []));
  return masks.length === 0 ? undefined : masks.reduce((mode, keep) => mode & keep, now);
}

/** On a running system a mode is changed by chmod, which neither copies nor replaces the file. */
function chmod(at: string, edits: readonly Edit[], facts: Facts, host: string, why: Text): CommandChange[] {
  const { what } = found(facts, at);
  if (what.kind === 'absent' || what.kind === 'link') return [];
  const will = modeOf(what.mode, edits);
  if (will === undefined || will === what.mode) return [];
  const command = (mode: number): readonly string[] => ['chmod', mode.toString(8).padStart(4, '0'), at];
  const back: CommandChange = {
    kind: 'command',
    host,
    argv: command(what.mode),
    undo: [],
    probe: modeProbe(host, at, what.mode),
  };
  return [{ kind: 'command', host, argv: command(will), why, undo: [back], probe: modeProbe(host, at, will) }];
}

function modeProbe(host: string, path: string, mode: number) {
  return {
    kind: 'command',
    look: { host, argv: ['stat', '-c', '%a', path] },
    stdout: `${mode.toString(8)}\n`,
  } as const;
}

function kernelChange({ key, value, was }: Extract<Edit, { kind: 'kernel' }>, host: string, why: Text): CommandChange {
  const command = (to: string): readonly string[] => ['sysctl', '-w', `${key}=${to}`];
  const probe = (to: string) =>
    ({ kind: 'command', look: { host, argv: ['sysctl', '-n', key] }, stdout: `${to}\n` }) as const;
  const back: CommandChange = { kind: 'command', host, argv: command(was), undo: [], probe: probe(was) };
  return { kind: 'command', host, argv: command(value), why, undo: [back], probe: probe(value) };
}

function found(facts: Facts, at: string): { what: ReturnType<typeof placed>['what'] } {
  const fact = Object.values(facts.files).find((one) => 'seen' in one && one.seen.at === at);
  return fact && 'seen' in fact ? fact.seen : placed(facts, at);
}
