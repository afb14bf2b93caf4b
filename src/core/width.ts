/** Text measured in terminal columns: a Chinese character is two wide, a combining mark none. */
import stringWidth from 'string-width';

const PLAIN = /^[\x20-\x7e]*$/;
/** Punctuation that must not begin a line; it stays with the glyph before it. */
const CLOSING = /^[,.;:!?)\]}%，。、；：！？）】》」』〉〕”’…～％]$/u;
/** Punctuation that must not end a line; it stays with the glyph after it. */
const OPENING = /[（【《「『〈〔“‘]$/u;
const segmenter = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/** Columns that a line takes on a terminal. Colour codes count nothing. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** The glyphs of a text as a reader sees them. */
export function glyphsOf(text: string): string[] {
  return PLAIN.test(text) ? [...text] : Array.from(segmenter.segment(text), (part) => part.segment);
}

/** The text with blanks after it (before it for `end`) up to `columns`; longer text is left as it is. */
export function pad(text: string, columns: number, side: 'start' | 'end' = 'start'): string {
  const blanks = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return side === 'start' ? text + blanks : blanks + text;
}

/** The text cut at a glyph's edge so that it and the mark fit into `columns`. */
export function truncate(text: string, columns: number, mark = '..'): string {
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(mark);
  if (room <= 0) return firstFitting(text, columns);
  return firstFitting(text, room) + mark;
}

function firstFitting(text: string, columns: number): string {
  let taken = '';
  let width = 0;
  for (const glyph of glyphsOf(text)) {
    width += widthOf(glyph);
    if (width > columns) break;
    taken += glyph;
  }
  return taken;
}

/**
 * Lines of at most `columns` (2 at least). Latin text breaks at blanks, Chinese anywhere but before closing punctuation,
 * a word longer than a line anywhere. Nothing is lost but blanks at a break and at a line's end.
 */
export function wrap(text: string, columns: number): string[] {
  const room = Math.max(2, columns);
  return text.split('\n').flatMap((line) => (widthOf(line) <= room ? [line.trimEnd()] : wrapLine(line, room)));
}

interface Piece {
  readonly text: string;
  readonly width: number;
  readonly blank: boolean;
}

function wrapLine(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  let blanks = '';
  for (const piece of piecesOf(text)) {
    if (piece.blank) {
      blanks += piece.text;
    } else if (widthOf(line) + widthOf(blanks) + piece.width <= room) {
      line += blanks + piece.text;
      blanks = '';
    } else {
      if (line !== '') lines.push(line);
      const parts = piece.width <= room ? [piece.text] : chopped(piece.text, room);
      line = parts.pop() ?? '';
      lines.push(...parts);
      blanks = '';
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

function chopped(text: string, room: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest !== '') {
    const part = firstFitting(rest, room) || (glyphsOf(rest)[0] ?? rest);
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return parts;
}

/** Words, blanks, and single wide glyphs each with the closing punctuation that follows it. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let wideBefore = false;
  for (const glyph of glyphsOf(text)) {
    const width = widthOf(glyph);
    const blank = glyph === ' ';
    const wide = width > 1;
    const last = pieces.at(-1);
    const closes = CLOSING.test(glyph);
    const stays = closes || OPENING.test(last?.text ?? '');
    const joins = last !== undefined && last.blank === blank && (stays || !(wide || wideBefore));
    if (joins) pieces[pieces.length - 1] = { text: last.text + glyph, width: last.width + width, blank };
    else pieces.push({ text: glyph, width, blank });
    wideBefore = wide || (closes && wideBefore);
  }
  return pieces;
}
