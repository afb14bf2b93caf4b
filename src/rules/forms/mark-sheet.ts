/** Reads the marks of a leaked XLSX: which of two equal styles its text cells have. The styles' numbers may have changed when it was saved again. */
import { SLOTS } from '../../core/keyed.ts';
import { markSlot } from './mark.ts';
import type { SeenMarks } from './mark-judge.ts';

/** Takes the XML of its parts in order, decoded, in pieces of any length: the shared strings first where there are any, then its sheets. */
export interface SheetMarks {
  shared(xml: string): void;
  sheet(xml: string): void;
  end(): SeenMarks;
}

/** Styles told apart at most; the first that come. */
const MOST_STYLES = 8;
/** A longer cell or string is none of ours. */
const LONGEST = 1024 * 1024;
/** Strings remembered at most, by the place of their bit alone. */
const MOST_STRINGS = 4_000_000;

/** A reader of the parts of one workbook. */
export function sheetMarks(): SheetMarks {
  const places = new Uint8Array(SLOTS);
  const styles = new Map<string, number>();
  const strings: number[] = [];
  const see = (slot: number, style: string): void => {
    if (!styles.has(style) && styles.size < MOST_STYLES) styles.set(style, styles.size);
    const way = styles.get(style);
    if (slot >= 0 && way !== undefined) places[slot] = (places[slot] as number) | (1 << way);
  };
  const cell = (head: string, inner: string): void => {
    const type = attribute(head, 't');
    const style = attribute(head, 's') ?? '0';
    if (type === 'inlineStr') see(slotOf(textIn(inner)), style);
    else if (type === 's') see(strings[Number(/<v>(\d{1,9})<\/v>/.exec(inner)?.[1] ?? -1)] ?? -1, style);
  };
  return {
    shared: elements('si', (_head, inner) => {
      if (strings.length < MOST_STRINGS) strings.push(slotOf(textIn(inner)));
    }),
    sheet: elements('c', cell),
    end: () => ({ places, ways: pairs(styles.size) }),
  };
}

/** Every ordered pair of the styles. */
function pairs(count: number): [number, number][] {
  const all = Array.from({ length: count }, (_, i) => i);
  return all.flatMap((zero) => all.filter((one) => one !== zero).map((one): [number, number] => [zero, one]));
}

/** Cuts elements of one name out of XML that comes in pieces; they do not nest. */
function elements(name: string, found: (head: string, inner: string) => void): (xml: string) => void {
  const [open, close] = [`<${name}`, `</${name}>`];
  let rest = '';
  return (xml) => {
    const text = rest + xml;
    let at = text.indexOf(open);
    while (at >= 0 && at + open.length < text.length) {
      const inside = at + open.length;
      const head = text.indexOf('>', inside);
      const single = head > 0 && text[head - 1] === '/';
      const other = !/[\s/>]/.test(text[inside] ?? '');
      const end = other ? inside : single ? head + 1 : text.indexOf(close, inside);
      if (end < 0 || (!other && head < 0)) break;
      if (!other && !single) found(text.slice(at, head), text.slice(head + 1, end));
      at = text.indexOf(open, end);
    }
    // What is not yet whole, or a name that may be cut in two.
    const left = at >= 0 ? at : text.length - open.length;
    rest = text.length - left > LONGEST ? '' : text.slice(Math.max(0, left));
  };
}

function attribute(head: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]{0,20})"`).exec(head)?.[1];
}

function textIn(inner: string): string {
  let text = '';
  for (const [, part = ''] of inner.matchAll(/<t(?:\s[^>]{0,60})?>([^<]*)<\/t>/g)) text += part;
  const plain = text.replace(/&(?:lt|gt|quot|apos|amp|#\d{1,7}|#x[\da-fA-F]{1,6});/g, unescaped);
  // What XML cannot hold (ECMA-376 part 1, 22.4.2.4).
  return plain.replace(/_x([\dA-F]{4})_/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const NAMED: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

function unescaped(entity: string): string {
  const named = NAMED[entity];
  if (named !== undefined) return named;
  const code = entity[2] === 'x' ? Number.parseInt(entity.slice(3, -1), 16) : Number(entity.slice(2, -1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

const encoder = new TextEncoder();

function slotOf(text: string): number {
  const bytes = encoder.encode(text);
  return markSlot(bytes, 0, bytes.length);
}
