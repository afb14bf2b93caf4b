/** What is wrong with a file that a person edits: where, which key, why, and the name that was probably meant. */
import type { Json } from '../core/json.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';

/** A place in a text; both count from 1. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Spot {
  /** Dotted path of the key it is about, `''` for the file as a whole; never a value. */
  readonly key: string;
  readonly message: Text;
  /** The nearest allowed name, where one is near. */
  readonly nearest?: string;
}

/** Keys and list positions from the top of the file. */
export type Path = readonly (string | number)[];

/** `hosts.app01.user`, `steps[2].id`; a key that holds a dot is quoted. */
export function shown(path: Path): string {
  return path.reduce<string>((before, part) => {
    if (typeof part === 'number') return `${before}[${part}]`;
    const word = /^[\p{L}\p{N}_:*-]+$/u.test(part) ? part : JSON.stringify(part.slice(0, 80));
    return before === '' ? word : `${before}.${word}`;
  }, '');
}

/** The problem as one sentence, the nearest name included. */
export function sentenceOf(problem: Problem): Text {
  const { message, nearest } = problem;
  return nearest === undefined ? message : t('{message} (nearest: {nearest})', { message, nearest });
}

/** Problems in the order of the file. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Problems as facts for machines; messages stay values that a view turns into a language. */
export function problemFacts(problems: readonly Problem[]): Json {
  return problems.map(({ line, column, key, message, nearest }) => ({
    line,
    column,
    key,
    message: message as Json,
    ...(nearest === undefined ? {} : { nearest }),
  }));
}

/** The refusal of a file with problems: the first one in words and place, all of them as data. */
export function refusal(file: string, problems: readonly Problem[], next: readonly string[]): Stop {
  const [first] = inOrder(problems);
  const message = first === undefined ? t('{file} is not valid', { file }) : sentenceOf(first);
  const text =
    problems.length > 1
      ? t('{message}; and {more} more in {file}', { message, more: problems.length - 1, file })
      : message;
  return new Stop('usage', text, {
    notDone: t('Nothing was started and nothing was changed.'),
    next,
    place: { file, line: first?.line ?? 1, column: first?.column ?? 1 },
    data: { problems: problemFacts(inOrder(problems)) },
  });
}
