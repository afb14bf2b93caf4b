/** Bare `gxops`: what is in doubt, what waits for you, what is open, and the command to type for each. */
import type { Entry, EventType } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { localTime } from '../core/local-time.ts';
import type { Report, Section } from '../core/report.ts';
import { shellLine } from '../core/shell.ts';
import type { Site } from '../core/site.ts';
import { type Text, t } from '../core/text.ts';
import { foldApprovals } from '../records/approvals.ts';
import { EXTRACT_TYPES, foldExtractions } from '../records/extract.ts';
import { rosterOf } from '../records/roster.ts';
import { foldRuns } from '../records/run.ts';
import type { Call } from './command.ts';
import { ofExtractions } from './home/extractions.ts';
import { type Doubt, doubtsOf, type Item, ofApprovals, ofRuns, type Standings } from './home/items.ts';

const APPROVAL_TYPES: readonly EventType[] = [
  'approval.requested',
  'approval.granted',
  'approval.rejected',
  'approval.used',
];
const PROBLEM_TYPES: readonly EventType[] = ['recover.torn', 'clock.anomaly'];
/** Approvals live for hours; the newest entries hold every one that can still be signed, and home stays fast on a journal of years. */
const NEWEST = 400;
/** An extraction lives for months; its entries are few. */
const MOST = 2_000;
const MONTH = 30 * 86_400_000;

/** Reads only: narrow queries, so that the size of the journal does not matter. */
export async function run({ session }: Call): Promise<Report> {
  const { world, site, operator } = session;
  const now = world.now();
  const [people, open, asked, problems, extracted] = await Promise.all([
    rosterOf(world.keep),
    world.keep.entries({ open: true }),
    world.keep.entries({ types: APPROVAL_TYPES, last: NEWEST }),
    world.keep.entries({ types: PROBLEM_TYPES, last: 5 }),
    world.keep.entries({ types: EXTRACT_TYPES, last: MOST }),
  ]);
  const standings: Standings = {
    runs: foldRuns(open).filter((one) => one.closed === undefined),
    approvals: foldApprovals(asked),
    roster: people,
    operator,
    now,
    when: (at) => localTime(at, site.timeZone),
  };
  const doubts = doubtsOf(standings);
  const signing = ofApprovals(standings);
  const runs = ofRuns(standings);
  const extracts = ofExtractions(foldExtractions(extracted), standings);
  const mine = [...signing.yours, ...runs.yours, ...extracts.yours];
  const others = [...signing.others, ...runs.others, ...extracts.others];
  return drawn(session, { doubts, mine, others, problems: recent(problems, now) });
}

interface Found {
  readonly doubts: readonly Doubt[];
  readonly mine: readonly Item[];
  readonly others: readonly Item[];
  readonly problems: readonly Entry[];
}

/** What waits for you, else how what waits for others goes on, else what to begin with. */
function nextOf(site: Site, mine: readonly { readonly command: string }[], others: readonly Item[]): string[] {
  if (mine.length > 0) return mine.map(({ command }) => command);
  if (others.length > 0) return [...new Set(others.map(({ command }) => command))].slice(0, 3);
  const [host] = Object.entries(site.hosts).find(([, spec]) => 'root' in spec && spec.root !== undefined) ?? ['local'];
  return ['gxops doctor', shellLine(['gxops', 'harden', 'check', '--host', host]), 'gxops runbook list'];
}

function drawn({ site, operator }: Call['session'], found: Found): Report {
  const menu = [...found.doubts, ...found.mine].map(({ title, command }) => ({ title, command }));
  const unique = [...new Map(menu.map((one) => [one.command, one])).values()];
  return {
    title: titleOf(site.name, operator, found),
    verdict: 'done',
    sections: sectionsOf(operator, found),
    data: {
      waiting: found.mine.map(plain),
      open: found.others.map(plain),
      inDoubt: found.doubts.map(({ run, change, target, what }) => ({ run, change, target, what })),
      menu: unique as unknown as Json,
    },
    next: nextOf(site, unique, found.others),
  };
}

function titleOf(site: string, operator: string, { doubts, mine }: Found): Text {
  const values = { site, doubts: doubts.length, mine: mine.length, operator };
  if (doubts.length > 0) return t('{site}: {doubts} changes are in doubt, {mine} matters wait for you', values);
  if (operator === '') return t('{site}: nobody is known as you; say who you are with --as OPERATOR', values);
  return mine.length > 0
    ? t('{site}: {mine} matters wait for {operator}', values)
    : t('{site}: nothing waits for {operator}', values);
}

function plain({ id, kind, title, command, since }: Item): Json {
  return { id, kind, title: title as unknown as Json, command, since };
}

function sectionsOf(operator: string, { doubts, mine, others, problems }: Found): Section[] {
  const sections: Section[] = [];
  if (doubts.length > 0) sections.push(doubtTable(doubts));
  if (mine.length > 0) sections.push(itemTable(t('Waiting for {operator}', { operator: operator || '?' }), mine));
  if (others.length > 0) sections.push(itemTable(t('Open, waiting for others'), others));
  if (problems.length > 0) sections.push({ kind: 'text', heading: t('The journal'), lines: problems.map(problemText) });
  return sections;
}

function doubtTable(doubts: readonly Doubt[]): Section {
  const rows = doubts.map(({ run, target, what, change }) => [run, target, what, change]);
  return { kind: 'table', heading: t('In doubt'), columns: [t('run'), t('target'), t('what'), t('change')], rows };
}

function itemTable(heading: Text, items: readonly Item[]): Section {
  const rows = items.map(({ id, title, state, shown }) => [id, title, state, shown]);
  return { kind: 'table', heading, columns: [t('id'), t('matter'), t('state'), t('since')], rows };
}

function recent(entries: readonly Entry[], now: Date): Entry[] {
  return entries.filter(({ body }) => now.getTime() - Date.parse(body.t) < MONTH);
}

function problemText({ body, seq }: Entry): Text {
  return body.type === 'recover.torn'
    ? t('entry {seq}: a torn last line was set aside ({at}); gxops audit verify shows it', { seq, at: body.t })
    : t('entry {seq}: the clock went backwards ({at})', { seq, at: body.t });
}
