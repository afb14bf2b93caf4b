/** PAM stacks: lines with their includes followed, arguments, and edits of one argument or one line. */
import { inserted, joined, linesOf } from './lines.ts';

/** One module in a stack; `line` counts from 1 and is the first of a continued line. */
export interface PamLine {
  readonly file: string;
  readonly line: number;
  readonly type: string;
  readonly control: string;
  readonly module: string;
  readonly args: readonly string[];
}

const CONTINUED = /\\\s*$/;
const RULE = /^\s*-?(auth|account|password|session)\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*(.*)$/i;

/** Lines of one file as written; an include is a line with control `include` and the included name as module. */
export function pamLines(file: string, text: string): PamLine[] {
  return logical(text).flatMap(({ body, line }) => {
    const clean = body.replace(/(^|\s)#.*$/s, '');
    const [, name] = /^\s*@include\s+(\S+)/.exec(clean) ?? [];
    if (name !== undefined) return [{ file, line, type: '*', control: 'include', module: name, args: [] }];
    const [, type = '', control = '', module = '', rest = ''] = RULE.exec(clean) ?? [];
    if (type === '') return [];
    const plain = module.slice(module.lastIndexOf('/') + 1);
    const included = /^(include|substack)$/i.test(control);
    const args = [...rest.matchAll(/\[((?:\\\]|[^\]])*)\]|(\S+)/g)].map(([, boxed, bare]) => boxed ?? bare ?? '');
    return [{ file, line, type: type.toLowerCase(), control: included ? 'include' : control, module: plain, args }];
  });
}

function logical(text: string): { body: string; line: number }[] {
  const found: { body: string; line: number; open: boolean }[] = [];
  for (const [index, { body }] of linesOf(text).entries()) {
    const last = found.at(-1);
    const open = CONTINUED.test(body) && !/^\s*#/.test(body);
    const part = open ? body.replace(CONTINUED, ' ') : body;
    if (last?.open) found[found.length - 1] = { body: last.body + part, line: last.line, open };
    else found.push({ body: part, line: index + 1, open });
  }
  return found;
}

/** One management group's modules of a service with includes followed; a name that `read` does not know adds nothing. */
export function pamStack(
  type: string,
  file: string,
  read: (name: string) => string | undefined,
  seen: readonly string[] = [],
): PamLine[] {
  const text = read(file);
  if (text === undefined || seen.includes(file)) return [];
  return pamLines(file, text)
    .filter((line) => line.type === type || line.type === '*')
    .flatMap((line) => (line.control === 'include' ? pamStack(type, line.module, read, [...seen, file]) : [line]));
}

/** Value of `name=value` among a module's arguments, '' for a bare word, undefined where it is not given. The last one counts. */
export function pamArg(line: PamLine, name: string): string | undefined {
  const found = line.args.findLast((arg) => arg === name || arg.startsWith(`${name}=`));
  return found === undefined ? undefined : found.slice(name.length + 1);
}

/** The text with `name=value` on every line of that type and module; a line continued over several is left alone. Idempotent. */
export function withPamArg(text: string, type: string, module: string, name: string, value: string): string {
  const mine = new Map(pamLines('', text).map((line) => [line.line, line]));
  return joined(
    linesOf(text).map((line, index) => {
      const parsed = mine.get(index + 1);
      if (parsed?.type !== type || parsed.module !== module || CONTINUED.test(line.body)) return line;
      return { ...line, body: argued(line.body, parsed, name, value) };
    }),
  );
}

function argued(body: string, line: PamLine, name: string, value: string): string {
  if (pamArg(line, name) === value) return body;
  const [, code = body, comment = ''] = /^(.*?)(\s+#.*)?$/s.exec(body) ?? [];
  const pattern = new RegExp(`(\\s)${name}(=\\S*)?(?=\\s|$)`, 'g');
  const without = pamArg(line, name) === undefined ? code : code.replace(pattern, `$1${name}=${value}`);
  return without === code ? `${code.trimEnd()} ${name}=${value}${comment}` : `${without}${comment}`;
}

/** The text with a whole line below the first line of that type and module; unchanged where that line is missing. */
export function withPamLineAfter(text: string, type: string, module: string, body: string): string {
  const found = pamLines('', text).find((line) => line.type === type && line.module === module);
  if (!found) return text;
  const lines = linesOf(text);
  const last = lines.findIndex((line, index) => index >= found.line - 1 && !CONTINUED.test(line.body));
  return last < 0 ? text : inserted(text, last + 1, body);
}
