/** `audit verify`: whether every line is what was recorded. Reads only, and needs neither index nor write access. */
import type { Report, Section } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { StoredLine } from '../../core/world.ts';
import { type Chain, type ProblemKind, verifyChain } from '../../records/chain.ts';
import { type RosterCheck, rosterCheck } from '../../records/roster-check.ts';
import type { Call } from '../command.ts';

interface Outcome {
  readonly exit: number;
  readonly name: string;
  readonly verdict: Verdict;
}

/** `audit verify` has exit codes of its own: the worst problem decides. */
const OUTCOMES: Readonly<Record<ProblemKind | 'none', Outcome>> = {
  none: { exit: 10, name: 'VERIFIED_LOCAL', verdict: 'done' },
  torn: { exit: 11, name: 'TORN_TAIL', verdict: 'findings' },
  orphan: { exit: 12, name: 'ORPHANS', verdict: 'findings' },
  unsigned: { exit: 23, name: 'BAD_SIGNATURE', verdict: 'failed' },
  altered: { exit: 20, name: 'ALTERED', verdict: 'failed' },
  gap: { exit: 24, name: 'GAP', verdict: 'failed' },
  foreign: { exit: 24, name: 'GAP', verdict: 'failed' },
  unreadable: { exit: 30, name: 'CANNOT_VERIFY', verdict: 'unreachable' },
};
/** Worst last. */
const BY_WEIGHT: readonly (ProblemKind | 'none')[] = [
  'none',
  'orphan',
  'torn',
  'unreadable',
  'unsigned',
  'foreign',
  'gap',
  'altered',
];

const NEXT: Readonly<Partial<Record<ProblemKind | 'none', string>>> = {
  orphan: 'gxops runbook runs --open',
  unsigned: 'gxops audit log --type operator.changed',
};

/** Data `{entries, head, outcome, problems: [{seq, kind, offset, segment}]}`. */
export async function run({ options, session }: Call): Promise<Report> {
  const started = session.world.now().getTime();
  try {
    const chain = await verified(session, options.strict === true);
    return reportOf(session, chain, session.world.now().getTime() - started);
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    return cannot(session, cause);
  }
}

/** Strictly, the signatures behind the roster are judged too, in the same pass over the lines. */
async function verified({ world }: Session, strict: boolean): Promise<Chain> {
  const lines = world.keep.lines();
  if (!strict) return verifyChain(lines);
  const roster = rosterCheck();
  const chain = await verifyChain(watched(lines, roster), { strict });
  return { ...chain, problems: [...chain.problems, ...roster.end()] };
}

async function* watched(lines: AsyncIterable<StoredLine>, check: RosterCheck): AsyncGenerator<StoredLine> {
  for await (const line of lines) {
    check.take(line);
    yield line;
  }
}

function reportOf(session: Session, chain: Chain, took: number): Report {
  if (chain.entries === 0 && chain.problems.length === 0) {
    return cannot(
      session,
      new Stop('unreachable', t('there is no journal in {dir}/journal', { dir: session.site.dir })),
    );
  }
  const kinds = new Set(chain.problems.map(({ kind }) => kind));
  const worst = BY_WEIGHT.findLast((kind) => kind === 'none' || kinds.has(kind)) ?? 'unreadable';
  const outcome = OUTCOMES[worst];
  const { entries, head = null, problems } = chain;
  return {
    title: t('Journal in {dir}: {outcome}', { dir: session.site.dir, outcome: outcome.name }),
    verdict: outcome.verdict,
    exit: outcome.exit,
    sections: [facts(chain, took), meaning(worst), ...listed(chain)],
    data: { entries, head, outcome: outcome.name, problems: problems.map((problem) => ({ ...problem })) },
    ...(NEXT[worst] ? { next: [NEXT[worst]] } : {}),
  };
}

function cannot(session: Session, { text }: Stop): Report {
  const { exit, name, verdict } = OUTCOMES.unreadable;
  return {
    title: t('Journal in {dir}: {outcome}', { dir: session.site.dir, outcome: name }),
    verdict,
    exit,
    sections: [{ kind: 'text', lines: [t('The journal cannot be verified: {why}', { why: text })] }],
    data: { entries: 0, head: null, outcome: name, problems: [] },
    next: ['gxops doctor'],
  };
}

function facts({ entries, head, log }: Chain, took: number): Section {
  return {
    kind: 'facts',
    facts: [
      [
        t('records'),
        took < 100 ? String(entries) : t('{entries} ({rate} a second)', { entries, rate: rateOf(entries, took) }),
      ],
      [t('log'), log ?? '-'],
      [t('head'), head ?? '-'],
    ],
  };
}

function rateOf(entries: number, took: number): number {
  return Math.round((entries / took) * 1000);
}

const MEANINGS: Readonly<Record<ProblemKind | 'none', Text>> = {
  none: t(
    'Every line is whole and in its place. No independent witness covers them yet, so this is as good as it gets: who can write the journal could have rewritten all of it.',
  ),
  torn: t(
    'The last line is unfinished: it was never acknowledged. All before it is whole; the next record sets it aside.',
  ),
  orphan: t('Every line is whole, but of some deeds the journal does not say how they ended.'),
  unsigned: t(
    'Every line is whole, but a change of operators stands there that no security officer signed. It counts for nothing; find out who wrote it.',
  ),
  altered: t('At least one line is not what was recorded. Keep a copy of the journal as evidence; do not repair it.'),
  gap: t(
    'Lines or segments are missing, repeated or out of place. Keep a copy of the journal as evidence; do not repair it.',
  ),
  foreign: t('Lines of another log stand in this one. Keep a copy of the journal as evidence; do not repair it.'),
  unreadable: t('Some lines are whole but not in a form this version of gxops knows.'),
};

function meaning(worst: ProblemKind | 'none'): Section {
  return { kind: 'text', lines: [MEANINGS[worst]] };
}

const KINDS: Readonly<Record<ProblemKind, Text>> = {
  unsigned: t('change of operators without a valid signature'),
  altered: t('not what was recorded'),
  gap: t('missing, repeated or out of place'),
  foreign: t('of another log'),
  torn: t('unfinished last line'),
  unreadable: t('of an unknown form'),
  orphan: t('intent without an end'),
};

function listed({ problems, unlisted }: Chain): Section[] {
  if (problems.length === 0) return [];
  const table: Section = {
    kind: 'table',
    heading: t('Problems'),
    columns: [t('no.'), t('what'), t('file'), t('byte')],
    rows: problems.map(({ seq, kind, segment, offset }) => [
      String(seq),
      KINDS[kind],
      `journal/${segment}`,
      String(offset),
    ]),
  };
  if (unlisted === 0) return [table];
  return [table, { kind: 'text', lines: [t('{count} more are not listed.', { count: unlisted })] }];
}
