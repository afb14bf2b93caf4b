/** Intents that have no end yet: deeds of which the journal does not say how they went. */
import type { StoredLine } from '../core/world.ts';

/** Where an intent stands. */
export interface Intent {
  readonly seq: number;
  readonly segment: string;
  readonly offset: number;
}

export interface OpenIntents {
  /** `line` holds the stored bytes of an entry of that type. */
  take(type: string, line: Buffer, seq: number, place: Pick<StoredLine, 'segment' | 'offset'>): void;
  open(): Intent[];
}

const BEGINS: Readonly<Record<string, string>> = { 'change.intended': 'do', 'undo.intended': 'undo' };
const ENDS: Readonly<Record<string, string>> = {
  'change.made': 'do',
  'change.failed': 'do',
  'change.undone': 'undo',
  'undo.failed': 'undo',
};
/** Follows change.intended and undo.intended to their ends, by run and change. */
export function openIntents(): OpenIntents {
  const open = new Map<string, Intent>();
  return {
    take(type, line, seq, { segment, offset }) {
      const deed = BEGINS[type] ?? ENDS[type];
      if (deed === undefined) return;
      const key = `${deed} ${nameIn(line.toString('latin1'))}`;
      if (type in BEGINS) open.set(key, { seq, segment, offset });
      else open.delete(key);
    },
    open: () => [...open.values()],
  };
}

/**
 * Run and change a line is about, by their bytes. Exact without parsing: a string holds no bare quote, no member before the
 * data's `change` has that name, and `run` is the last of its name in the body.
 */
function nameIn(line: string): string {
  return `${literalBehind(line, '"run":"', line.lastIndexOf('"run":"'))} ${literalBehind(line, '"change":"', line.indexOf('"change":"'))}`;
}

function literalBehind(line: string, mark: string, at: number): string {
  if (at < 0) return '';
  let end = line.indexOf('"', at + mark.length);
  while (end > 0 && escaped(line, end)) end = line.indexOf('"', end + 1);
  return line.slice(at + mark.length, end);
}

function escaped(line: string, at: number): boolean {
  let slashes = 0;
  while (line[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}
