/** A runbook played from start to end in memory, with at most one fault, and what is left of it afterwards. */

import type { Inputs } from '../core/input.ts';
import type { Answer } from '../core/question.ts';
import type { Runbook } from '../core/runbook.ts';
import type { Session } from '../core/session.ts';
import type { Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Output, World } from '../core/world.ts';
import { standing } from '../records/run.ts';
import type { Ended } from './course.ts';
import { type FakeFile, fakeWorld, type Outside, outside } from './fake-world.ts';
import { resume, start } from './run.ts';
import { answered, counting, type Effects, noEffects, ran } from './trial-effects.ts';
import { decorated, type Fault } from './trial-faults.ts';
import { approveAll, type People, REQUESTER } from './trial-people.ts';
import { undo } from './undo.ts';

/** What a runbook is played against. */
export interface Setting {
  readonly site: Site;
  readonly inputs: Inputs;
  readonly answers: Readonly<Record<string, Answer>>;
  /** `host path` -> file, as it is before. */
  readonly files: ReadonlyMap<string, FakeFile>;
  /** True where hosts are folders, in which no command runs. */
  readonly rooted: boolean;
  /** What a look's command answers while a step is at work; undefined where nothing is known of it. */
  answer(step: string, host: string, argv: readonly string[]): Output | undefined;
}

/** How a trial ended. `left` says what remains of its deeds: nothing, a list for a person, an open doubt, or something unsaid. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly left: 'nothing' | 'listed' | 'doubted' | 'unsaid';
  readonly text: Text;
  /** Changes planned by each act step. */
  readonly deeds: ReadonlyMap<string, number>;
  /** Did it come to the faulty step at all? */
  readonly reached: boolean;
  /** Ids of the deeds that stood when the run ended. */
  readonly stood: readonly string[];
}

/** Plays the runbook; with a fault it is then undone as a person would, and the outside compared with its beginning. */
export async function play(book: Runbook, setting: Setting, people: People, fault?: Fault): Promise<Outcome> {
  const stage = staged(setting, people, fault);
  const watched = decorated(book, fault, (step) => {
    stage.at.step = step;
  });
  const counted = counting(watched, stage.effects, stage.deeds);
  const ended = await ending(counted, setting, people, stage.session);
  const reached = fault === undefined || (ended.state.steps[fault.step] ?? 'skipped') !== 'skipped';
  const stood = standing(ended.state).map(({ id }) => id);
  const open = ended.state.changes.some(({ phase }) => phase !== 'undone' && phase !== 'failed');
  const last = fault === undefined || !open ? ended : await undoing(ended, stage.session);
  return { ...judged(stage, setting, last, fault === undefined), deeds: stage.deeds, reached, stood };
}

interface Stage {
  readonly out: Outside;
  readonly at: { step: string };
  readonly effects: Effects;
  readonly deeds: Map<string, number>;
  readonly session: Session;
}

function staged(setting: Setting, people: People, fault: Fault | undefined): Stage {
  const effects = noEffects();
  const at = { step: '' };
  const out = outside({
    files: new Map(setting.files),
    answers: { ...setting.answers, ...(fault?.how === 'declined' ? { [fault.step]: false } : {}) },
    operator: REQUESTER,
    look: (host, argv) => answered(effects, at.step, host, argv, setting.answer(at.step, host, argv)),
    run: (host, argv) => ran(effects, host, argv),
    at: (moment, verb) => {
      if (fault?.how === 'unwritten' && verb === 'artefact' && moment === 'before')
        throw new Stop('failed', t('The trial lets no file be written.'));
    },
  });
  const world = faulty(out, setting, fault);
  const session: Session = {
    world,
    site: setting.site,
    operator: REQUESTER,
    signal: new AbortController().signal,
    tell: () => undefined,
    progress: () => undefined,
  };
  void world.keep.append([{ type: 'log.genesis', data: { site: setting.site.name, operators: people.operators } }]);
  return { out, at, effects, deeds: new Map(), session };
}

/** The fake world in which one deed of one step goes wrong, and folders run nothing. */
function faulty(out: Outside, setting: Setting, fault: Fault | undefined): World {
  const world = fakeWorld(out);
  let seen = 0;
  const perform: World['perform'] = async (change, hooks) => {
    const intent = out.entries.findLast(({ body }) => body.type === 'change.intended' || body.type === 'undo.intended');
    const its = intent?.body.type === 'change.intended' && intent.body.step === fault?.step;
    if (fault?.nth === undefined || !its || ++seen !== fault.nth) return world.perform(change, hooks);
    if (fault.how === 'refused')
      throw new Stop('failed', t('The trial lets this deed be refused.'), { data: { state: 'not-done' } });
    await world.perform(change, hooks);
    throw new Stop('failed', t('The trial breaks the connection after this deed.'));
  };
  const command: World['look']['command'] = async (look, timeout) => {
    if (!setting.rooted) return world.look.command(look, timeout);
    throw new Stop('unreachable', t('{host} is a folder; no command runs there.', { host: look.host }));
  };
  return { ...world, perform, look: { ...world.look, command, rooted: () => setting.rooted } };
}

const MOST_RESUMES = 20;

async function ending(book: Runbook, setting: Setting, people: People, session: Session): Promise<Ended> {
  let ended = await start(book, setting.inputs, session);
  for (let again = 0; ended.waitingFor?.kind === 'approval' && again < MOST_RESUMES; again++) {
    if (!(await approveAll(session.world.keep, ended.run, people))) return ended;
    ended = await resume(ended.run, book, session);
  }
  return ended;
}

async function undoing(ended: Ended, session: Session): Promise<Ended> {
  if (ended.verdict === 'half-done' && ended.state.closed !== undefined && ended.state.unwinding !== undefined)
    return ended;
  try {
    return await undo(ended.run, session);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { ...ended, verdict: error.verdict, text: error.text };
  }
}

function judged(
  { out, effects }: Stage,
  setting: Setting,
  last: Ended,
  whole: boolean,
): Pick<Outcome, 'verdict' | 'left' | 'text'> {
  const { verdict } = last;
  const text = last.text ?? t('ended {verdict}', { verdict });
  const remaining = last.state.closed?.remaining ?? [];
  const same = sameFiles(out.files, setting.files) && effects.inForce.length === 0;
  if (whole) return { verdict, text, left: 'nothing' };
  if (verdict === 'in-doubt') return { verdict, text, left: 'doubted' };
  if (verdict === 'half-done') return { verdict, text, left: remaining.length > 0 ? 'listed' : 'unsaid' };
  return { verdict, text, left: same ? 'nothing' : 'unsaid' };
}

function sameFiles(now: ReadonlyMap<string, FakeFile>, then: ReadonlyMap<string, FakeFile>): boolean {
  if (now.size !== then.size) return false;
  return [...now].every(([path, file]) => {
    const was = then.get(path);
    if (was === undefined || was.mode !== file.mode || was.owner !== file.owner || was.group !== file.group)
      return false;
    return Buffer.from(was.bytes).equals(file.bytes);
  });
}
