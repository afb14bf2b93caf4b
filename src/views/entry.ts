/** One journal entry as one dated line: what a person follows on standard error while a run goes on. */
import type { Draft, Entry } from '../core/event.ts';
import type { Finding } from '../core/finding.ts';
import { localTime } from '../core/local-time.ts';
import { type Text, t } from '../core/text.ts';
import { type Brush, type Paint, paintFor, toneOf } from './colour.ts';
import { type How, sayLine } from './how.ts';
import { OUTCOME_WORDS, tally, VERDICT_WORDS } from './words.ts';

type Told = readonly [Text, keyof Paint];

/** The line, without a newline: time of the site, the step, what happened. */
export function drawEntry(entry: Entry, how: How, timeZone: string): string {
  const { body } = entry;
  const paint = paintFor(how.colour);
  const [text, tone] = told(body, how);
  const step = body.step === undefined ? '' : ` ${sayLine(body.step, how)}:`;
  const brush: Brush = tone === 'dim' ? (line) => line : paint[tone];
  return `${paint.dim(localTime(body.t, timeZone, 'seconds'))}${step} ${brush(sayLine(text, how))}`;
}

function told(event: Draft, how: How): Told {
  if (event.type.startsWith('run.')) return ofRun(event);
  if (event.type.startsWith('change.') || event.type.startsWith('undo.')) return ofChange(event);
  if (event.type.startsWith('step.')) return ofStep(event);
  if (event.type === 'findings.made') return ofFindings(event.data.findings, how);
  return ofRest(event);
}

function ofRun(event: Draft): Told {
  switch (event.type) {
    case 'run.opened':
      return [t('run {run} opened: {title}', { run: event.run ?? '', title: event.data.title }), 'bold'];
    case 'run.resumed':
      return [t('run {run} resumed', { run: event.run ?? '' }), 'bold'];
    case 'run.suspended':
      return [t('suspended: {why}', { why: event.data.text }), 'warn'];
    case 'run.unwinding':
      return [t('undoing what was done: {why}', { why: event.data.why }), 'warn'];
    case 'run.closed':
      return [t('run closed: {verdict}', { verdict: VERDICT_WORDS[event.data.verdict] }), toneOf(event.data.verdict)];
    default:
      return [event.type, 'dim'];
  }
}

function ofStep(event: Draft): Told {
  switch (event.type) {
    case 'step.began':
      return [event.data.title, 'bold'];
    case 'step.skipped':
      return [t('left out: {reason}', { reason: event.data.reason }), 'dim'];
    case 'step.planned':
      return [t('planned: {changes} changes, digest {digest}', counted(event.data)), 'dim'];
    case 'step.failed':
      return [t('failed: {why}', { why: event.data.text }), 'bad'];
    case 'step.ended':
      return [t('finished'), 'dim'];
    default:
      return [event.type, 'dim'];
  }
}

function counted(data: { readonly changes: number; readonly digest: string }): { changes: number; digest: string } {
  return { changes: data.changes, digest: data.digest };
}

function ofChange(event: Draft): Told {
  switch (event.type) {
    case 'change.intended':
      return [t('about to: {summary} on {target}', { summary: event.data.summary, target: event.data.target }), 'dim'];
    case 'change.spawned':
      return [t('process {pid} on {host}', { pid: event.data.process.pid, host: event.data.process.host }), 'dim'];
    case 'change.made':
      return [t('made: {change}, by {by}', { change: event.data.change, by: BY[event.data.by] }), 'good'];
    case 'change.failed':
      return [t('not made: {change}: {why}', { change: event.data.change, why: event.data.text }), 'bad'];
    case 'undo.intended':
      return [t('about to undo: {change}', { change: event.data.change }), 'dim'];
    case 'change.undone':
      return [t('undone: {change}, by {by}', { change: event.data.change, by: BY[event.data.by] }), 'warn'];
    case 'undo.failed':
      return [t('not undone: {change}: {why}', { change: event.data.change, why: event.data.text }), 'bad'];
    default:
      return [event.type, 'dim'];
  }
}

/** How it is known. */
const BY: Readonly<Record<'outcome' | 'probe' | 'person', Text>> = {
  outcome: t('its own outcome'),
  probe: t('looking'),
  person: t('a person'),
};

function ofFindings(findings: readonly Finding[], how: How): Told {
  const counts = tally(findings);
  const sums = counts.map(([outcome, count]) => `${sayLine(OUTCOME_WORDS[outcome], how)} ${count}`).join(', ');
  return [t('looked: {sums}', { sums: sums === '' ? t('none') : sums }), toneOf(counts[0]?.[0] ?? 'pass')];
}

function ofRest(event: Draft): Told {
  switch (event.type) {
    case 'answer.given':
      return [t('answered'), 'dim'];
    case 'approval.requested':
      return [t('approval asked for: {title}', { title: event.data.title }), 'warn'];
    case 'approval.granted':
      return [t('approved by {approver}', { approver: event.data.approver }), 'good'];
    case 'approval.rejected':
      return [t('rejected by {approver}: {reason}', event.data), 'bad'];
    case 'approval.used':
      return [t('approval used'), 'dim'];
    case 'artefact.intended':
      return [t('writing {path}', { path: event.data.path }), 'dim'];
    case 'artefact.made': {
      const { path, rows, bytes } = event.data.artefact;
      return [t('written: {path}, {rows} rows, {bytes} bytes', { path, rows, bytes }), 'good'];
    }
    case 'artefact.failed':
      return [t('not written: {path}: {why}', { path: event.data.path, why: event.data.text }), 'bad'];
    default:
      return ofExtract(event);
  }
}

function ofExtract(event: Draft): Told {
  switch (event.type) {
    case 'extract.applied':
      return [t('applied for: at most {limit} rows from {database}', pick(event.data)), 'dim'];
    case 'extract.handed-over':
      return [t('copy {copy} handed to {receiver} on {medium}, bound for {destination}', handed(event.data)), 'warn'];
    case 'extract.received':
      return [t('{by} signed for copy {copy}', { by: event.data.by, copy: event.data.copy }), 'good'];
    case 'extract.destroying':
      return [t('about to destroy our file: {reason}', { reason: event.data.reason }), 'warn'];
    case 'extract.destroyed':
      return event.data.leftovers.length === 0
        ? [t('destroyed: {count} files', { count: event.data.removed.length }), 'good']
        : [t('not destroyed: {left}', { left: event.data.leftovers.join(', ') }), 'bad'];
    case 'extract.stated':
      return [t('{by} states that copy {copy} is destroyed', { by: event.data.by, copy: event.data.copy }), 'good'];
    case 'extract.traced':
      return [t('a leaked file was traced: {found}', { found: event.data.found ?? '?' }), 'warn'];
    case 'extract.sliced':
      return [t('read in {count} parts', { count: event.data.bounds.length + 1 }), 'dim'];
    case 'extract.part':
      return [t('part {part} sealed: {rows} rows', { part: event.data.part, rows: event.data.rows }), 'dim'];
    case 'extract.part-lost':
      return [t('part {part} is missing or was changed; it is read again', { part: event.data.part }), 'warn'];
    case 'extract.parts-dropped':
      return [t('{parts} sealed parts removed', { parts: event.data.parts }), 'warn'];
    case 'query.ran':
      return [t('queried {database} for {ticket}: {rows} rows', asked(event.data)), 'dim'];
    default:
      return [event.type, 'dim'];
  }
}

type Data<T extends Draft['type']> = Extract<Draft, { type: T }>['data'];

function pick({ limit, database }: Data<'extract.applied'>) {
  return { limit, database };
}

function handed({ copy, receiver, medium, destination }: Data<'extract.handed-over'>) {
  return { copy, receiver, medium, destination };
}

function asked({ database, ticket, rows }: Data<'query.ran'>) {
  return { database, ticket, rows };
}
