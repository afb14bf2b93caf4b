/** A plan in words that every view draws the same way: its heading facts, and for each line what, with what, and the way back. */
import { bytesOf, type Change, summaryOf, targetOf, type Undo } from '../core/change.ts';
import { type Json, sha256 } from '../core/json.ts';
import { type Certainty, type Plan, type PlanLine, shortCode } from '../core/plan.ts';
import { type Text, t } from '../core/text.ts';
import { seatText } from './words.ts';

/** What names a plan: runbook, version, digests, rules obeyed, neighbours, seats, inputs. None is ever left out: an empty one says so. */
export function planFacts(plan: Plan): (readonly [Text, Text])[] {
  const none = t('none named in site.yml');
  return [
    [t('runbook'), t('{name} version {version}', { name: plan.runbook.name, version: plan.runbook.version })],
    [t('runbook digest'), plan.runbook.digest],
    [t('plan digest'), plan.digest],
    [t('short code'), shortCode(plan.digest)],
    [t('rules obeyed'), plan.obeys.length === 0 ? none : plan.obeys.join('; ')],
    [t('neighbours'), plan.neighbours.length === 0 ? none : plan.neighbours.map(neighbour).join('; ')],
    ...Object.entries(plan.inputs).map(([name, value]) => [t('input {name}', { name }), String(value)] as const),
    ...plan.seats.map((seat) => [t('must sign'), seatText(seat)] as const),
  ];
}

function neighbour(one: { readonly name: string; readonly contact: string }): string {
  return `${one.name} (${one.contact})`;
}

/** One line of a plan: `detail` are labelled facts, `body` the text itself (a diff, a statement, a binding). */
export interface PlanRow {
  readonly step: string;
  readonly title: Text;
  readonly certainty: Text;
  readonly what?: string;
  readonly body: readonly string[];
  readonly detail: readonly (readonly [Text, Text])[];
}

/** The line as a row. */
export function planRow(line: PlanLine): PlanRow {
  const common = { step: line.step, title: line.title, certainty: certaintyText(line.certainty) };
  if (line.item.kind === 'nothing') {
    const known = typeof line.certainty === 'string';
    return { ...common, certainty: known ? t('nothing to do') : common.certainty, body: [], detail: [] };
  }
  if (line.item.kind === 'release') {
    return { ...common, what: line.item.path, body: outline(line.item.binding), detail: [] };
  }
  const { change, preview } = line.item;
  return { ...common, what: summaryOf(change), body: bodyOf(change, preview), detail: changeFacts(change) };
}

function certaintyText(certainty: Certainty): Text {
  if (certainty === 'checked') return t('checked');
  if (certainty === 'predicted') return t('predicted');
  return t('not knowable until step {step}', { step: certainty.until });
}

function bodyOf(change: Change, preview: readonly string[] | undefined): readonly string[] {
  if (preview !== undefined) return preview;
  if (change.kind === 'sql') return [...change.text.split('\n'), ...outline(change.binds ?? {})];
  if (change.kind === 'command') return change.stdin?.split('\n') ?? [];
  if (change.kind === 'file') return [`${change.before} -> ${afterOf(change.content)}`];
  return change.body?.split('\n') ?? [];
}

function afterOf(content: Parameters<typeof bytesOf>[0] | null): string {
  return content === null ? 'absent' : sha256(bytesOf(content));
}

function changeFacts(change: Change): (readonly [Text, Text])[] {
  const facts: (readonly [Text, Text | undefined])[] = [
    [t('target'), targetOf(change)],
    [t('why'), change.why],
    [t('runs as'), 'as' in change ? change.as : undefined],
    [t('mode'), change.kind === 'file' && change.mode !== undefined ? modeText(change.mode) : undefined],
    [t('then'), change.kind === 'file' ? change.settle?.map((one) => one.argv.join(' ')).join('; ') : undefined],
    [t('reaches'), change.reaches?.join(', ')],
    [t('way back'), wayBack(change)],
    [t('probe'), probed(change)],
  ];
  return facts.flatMap(([label, text]) => (text === undefined || text === '' ? [] : [[label, text] as const]));
}

function modeText(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function wayBack(change: Change): Text {
  if (change.kind === 'file') {
    return change.before === 'absent' ? t('the file is removed again') : t('the file as it was is put back');
  }
  return undoText(change.undo);
}

function undoText(undo: Undo): Text {
  if ('irreversible' in undo) return t('no way back, because {reason}', { reason: undo.irreversible });
  if (undo.length === 0) return t('nothing needs undoing');
  return undo.map((one) => `${one.kind === 'sql' ? one.text : summaryOf(one)} (${targetOf(one)})`).join('\n');
}

function probed(change: Change): Text {
  return change.kind === 'file' || change.probe !== undefined
    ? t('yes: after a crash we can see whether it happened')
    : t('no: after a crash a person must decide whether it happened');
}

/** Any JSON as indented lines, `key: value`, a block for a text of several lines: readable, and nothing left out. */
export function outline(value: Json, indent = ''): string[] {
  if (value === null || typeof value !== 'object')
    return String(value)
      .split('\n')
      .map((line) => indent + line);
  const entries = Array.isArray(value)
    ? value.map((item: Json) => ['-', item] as const)
    : Object.entries(value as Readonly<Record<string, Json | undefined>>).map(
        ([key, item]) => [`${key}:`, item] as const,
      );
  return entries.flatMap(([key, item]) => {
    if (item === undefined) return [];
    const inner = outline(item, '');
    const flat = (item === null || typeof item !== 'object') && inner.length === 1;
    const pairs = typeof item === 'object' && item !== null && inner.every((line) => /^[^\s].*: /.test(line));
    if (flat) return [`${indent}${key} ${inner[0]}`];
    if (key === '-' && pairs) return [`${indent}- ${inner.join(', ')}`];
    return [`${indent}${key}`, ...inner.map((line) => `${indent}  ${line}`)];
  });
}
