/** What can go wrong in a runbook, step by step, and the runbook in which it does. */
import type { Finding } from '../core/finding.ts';
import type { Moment, Runbook, Step } from '../core/runbook.ts';
import { t } from '../core/text.ts';

/** A step's looks come out wrong, cannot be made or never end; a deed is refused, or done without our hearing of it; a person declines. */
export interface Fault {
  readonly step: string;
  readonly how: 'fails' | 'unknown' | 'hangs' | 'refused' | 'lost' | 'declined' | 'unwritten';
  /** Which deed of the step, from 1. */
  readonly nth?: number;
}

/** Every fault a runbook's steps can have; `deeds` counts the Changes of each act step as planned. */
export function faultsOf(book: Runbook, deeds: ReadonlyMap<string, number>): Fault[] {
  return book.steps.flatMap((step) => stepFaults(step, deeds.get(step.id) ?? 0));
}

function stepFaults({ id: step, kind, timeout }: Step, deeds: number): Fault[] {
  const looks: Fault[] = [
    { step, how: 'fails' },
    { step, how: 'unknown' },
    ...(timeout === undefined ? [] : [{ step, how: 'hangs' } as const]),
  ];
  if (kind === 'ask') return [{ step, how: 'declined' }];
  if (kind === 'produce') return [{ step, how: 'unwritten' }];
  if (kind === 'approve') return [];
  const each = Array.from({ length: deeds }, (_, index): Fault[] => [
    { step, how: 'refused', nth: index + 1 },
    { step, how: 'lost', nth: index + 1 },
  ]);
  return [...each.flat(), ...looks];
}

/** The runbook with every look told which step it belongs to, and the faulty step's looks gone wrong. */
export function decorated(book: Runbook, fault: Fault | undefined, enter: (step: string) => void): Runbook {
  return {
    ...book,
    steps: book.steps.map((step) => decoratedStep(step, fault?.step === step.id ? fault : undefined, enter)),
  };
}

function decoratedStep(step: Step, fault: Fault | undefined, enter: (step: string) => void): Step {
  const entered =
    <T>(work: (moment: Moment) => T) =>
    (moment: Moment): T => {
      enter(step.id);
      return work(moment);
    };
  const looking = (look: (moment: Moment) => Promise<readonly Finding[]>) => entered(gone(look, fault));
  switch (step.kind) {
    case 'check':
      return { ...step, look: looking((moment) => step.look(moment)) };
    case 'act': {
      const plan = entered((moment) => step.plan(moment));
      return { ...step, plan, verify: looking((moment) => step.verify(moment)) };
    }
    case 'watch':
      return { ...step, probe: looking((moment) => step.probe(moment)) };
    case 'produce':
      return { ...step, make: entered((moment) => step.make(moment)) };
    default:
      return step;
  }
}

function gone(look: (moment: Moment) => Promise<readonly Finding[]>, fault: Fault | undefined): typeof look {
  if (fault?.how === 'hangs') return () => new Promise(() => undefined);
  if (fault?.how !== 'fails' && fault?.how !== 'unknown') return look;
  const outcome = fault.how === 'fails' ? 'fail' : 'unknown';
  return async (moment) => {
    const found = await look(moment);
    return found.map((finding) => ({ ...finding, outcome, reason: t('made to go wrong by the trial') }));
  };
}
