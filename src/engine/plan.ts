/** Plans of a stretch of steps: what would be done, from what was really looked at. */
import { bytesOf, type Change, type FileChange, type Target, targetOf } from '../core/change.ts';
import { lineDiff } from '../core/diff.ts';
import type { Inputs } from '../core/input.ts';
import { digestOf, sha256 } from '../core/json.ts';
import type { Seat } from '../core/operator.ts';
import { type Certainty, type Plan, type PlanLine, planDigest, planTargets } from '../core/plan.ts';
import type { ActStep, Moment, ProduceStep, Runbook, Step } from '../core/runbook.ts';
import { neighboursOf, obeyedBy } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';

/** The steps between an approve step and the next one: what its approval binds. */
export function stretchAfter(book: Runbook, approve: string): readonly Step[] {
  const rest = book.steps.slice(book.steps.findIndex((step) => step.id === approve) + 1);
  const end = rest.findIndex((step) => step.kind === 'approve');
  return end < 0 ? rest : rest.slice(0, end);
}

/** Does this step do something that needs an approval before it? */
export function deeds(step: Step): step is ActStep | ProduceStep {
  return step.kind === 'act' || (step.kind === 'produce' && step.releases);
}

/** Lines for the deeds among the steps. A plan that waits for another step's deed is one line saying so. */
export async function planLines(steps: readonly Step[], moment: Moment): Promise<PlanLine[]> {
  const lines: PlanLine[] = [];
  const before: Before = { acted: new Set(), touched: new Set() };
  for (const step of steps) {
    if (!deeds(step) || step.skip?.(moment)) continue;
    const planned = await linesOf(step, moment, before);
    lines.push(...planned);
    for (const target of planTargets(planned)) before.touched.add(target);
    if (planned.some(({ item, certainty }) => item.kind === 'change' || typeof certainty === 'object'))
      before.acted.add(step.id);
  }
  return lines;
}

/** What the steps planned so far would have done. */
interface Before {
  readonly acted: Set<string>;
  readonly touched: Set<string>;
}

async function linesOf(step: ActStep | ProduceStep, moment: Moment, before: Before): Promise<PlanLine[]> {
  const line = (certainty: Certainty, item: PlanLine['item']): PlanLine => ({
    step: step.id,
    title: step.title,
    certainty,
    item,
  });
  if (step.kind === 'produce') {
    const { path, binding } = await step.make(moment);
    return [line('checked', { kind: 'release', path, binding })];
  }
  if (step.after !== undefined && before.acted.has(step.after))
    return [line({ until: step.after }, { kind: 'nothing' })];
  const touched = new Set(before.touched);
  const changes = await step.plan(moment);
  if (changes.length === 0) return [line('checked', { kind: 'nothing' })];
  return Promise.all(
    changes.map(async (change) => {
      const preview = await previewOf(change, moment);
      return line(touched.has(targetOf(change)) ? 'predicted' : 'checked', {
        kind: 'change',
        change,
        ...(preview ? { preview } : {}),
      });
    }),
  );
}

async function previewOf(change: Change, moment: Moment): Promise<string[] | undefined> {
  if (change.kind !== 'file') return undefined;
  const seen = await moment.look.file(change.host, change.path, change.as);
  const [was, will] = [
    seen.kind === 'file' ? seen.bytes : new Uint8Array(),
    change.content ? bytesOf(change.content) : new Uint8Array(),
  ];
  const modes =
    seen.kind === 'file' && change.mode !== undefined && change.mode !== seen.mode
      ? [`mode ${octal(seen.mode)} -> ${octal(change.mode)}`]
      : [];
  if (change.secret) return [...modes, `sha256 ${change.before} -> ${aimOf(change)}`];
  return [...modes, ...lineDiff(textOf(was), textOf(will))];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  return text.includes('\0') ? `(binary, ${bytes.length} bytes)` : text;
}

/** Rule 11: a plan that acts names the rule obeyed and the neighbours, or it is not a plan. Releases name the rule; they have no neighbours. */
function insistOnBasis(plan: Plan, targets: readonly string[], hasNeighbours: boolean): void {
  if (plan.lines.every(({ item }) => item.kind === 'nothing')) return;
  const missing = plan.obeys.length === 0 ? 'obeys' : targets.length > 0 && !hasNeighbours ? 'neighbours' : undefined;
  if (!missing) return;
  throw new Stop(
    'refused',
    t('site.yml does not say, under {key}, what runbook {name} needs to act.', {
      key: missing,
      name: plan.runbook.name,
    }),
    {
      notDone: t('Nothing was planned and nothing was done.'),
      next: ['gxops site check'],
    },
  );
}

/** The whole plan over some steps, with the seats that must sign it and the digest they sign. */
export async function planOf(
  book: Runbook,
  inputs: Inputs,
  steps: readonly Step[],
  seats: readonly Seat[],
  moment: Moment,
): Promise<Plan> {
  const lines = await planLines(steps, moment);
  const targets = planTargets(lines) as Target[];
  const runbook = { name: book.name, version: book.version, title: book.title, digest: digestOf(book.definition) };
  const neighbours = neighboursOf(moment.site, targets);
  const reached = lines.flatMap(({ item }) => (item.kind === 'change' ? (item.change.reaches ?? []) : []));
  const named = Object.values(moment.site.neighbours)
    .flat()
    .filter(({ name }) => reached.includes(name) && !neighbours.some((one) => one.name === name));
  const draft = { runbook, inputs, lines };
  const plan: Plan = {
    ...draft,
    obeys: obeyedBy(moment.site, book.name),
    neighbours: [...neighbours, ...named],
    seats,
    digest: planDigest(draft),
  };
  const keys = [...targets, ...targets.map((target) => `${target.split(':')[0]}:*`), 'default'];
  insistOnBasis(
    plan,
    targets,
    keys.some((key) => key in moment.site.neighbours),
  );
  return plan;
}

/** The Changes of one step in a stored plan, with the certainty of its lines. */
export function changesIn(plan: Plan, step: string): { changes: Change[]; certain: boolean } {
  const lines = plan.lines.filter((line) => line.step === step);
  const changes = lines.flatMap(({ item }) => (item.kind === 'change' ? [item.change] : []));
  return { changes, certain: lines.every((line) => line.certainty === 'checked') };
}

/** The post-image hash a file Change aims at; `absent` where it removes. */
export function aimOf(change: FileChange): string {
  return change.content === null ? 'absent' : sha256(bytesOf(change.content));
}
