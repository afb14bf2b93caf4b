/** Text files as lines that keep their own endings, so that an edit leaves every other byte alone. */

/** One line without its ending, and the ending: `\n`, `\r\n` or nothing on a last line. */
export interface Line {
  readonly body: string;
  readonly end: string;
}

/** Lines of a text; joined again they are the very same text. */
export function linesOf(text: string): Line[] {
  return [...text.matchAll(/([^\n]*?)(\r?\n|$)/g)]
    .map(([, body = '', end = '']) => ({ body, end }))
    .filter(({ body, end }) => body !== '' || end !== '');
}

/** The text again. */
export function joined(lines: readonly Line[]): string {
  return lines.map(({ body, end }) => body + end).join('');
}

/** The ending this text uses; `\n` where it has none to show. */
export function endingOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** The text with one line's body replaced; `index` counts from 0. */
export function replaced(text: string, index: number, body: string): string {
  return joined(linesOf(text).map((line, at) => (at === index ? { ...line, body } : line)));
}

/** The text with a line put before the line `index` (counted from 0), or at the end; a missing final newline is made up there. */
export function inserted(text: string, index: number, body: string): string {
  const end = endingOf(text);
  const lines = linesOf(text);
  const before = lines.slice(0, index).map((line) => (line.end === '' ? { ...line, end } : line));
  return joined([...before, { body, end }, ...lines.slice(index)]);
}
