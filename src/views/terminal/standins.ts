/** Carries glyphs through cli-table3, which measures with an older table of widths than ours and would shift a box's edge. */
import { glyphsOf, widthOf } from '../../core/width.ts';

/** What it surely measures as we do: ASCII, Han of the basic plane, full-width forms. */
const AGREED = /^[\x20-\x7e\u4e00-\u9fff\u3001-\u3020\uff01-\uff5e]$/;
const FIRST = 0xe000;
const FILLER = '\uf8ff';
const CARRIED = /[\ue000-\uf8fe]\uf8ff*/g;

export interface StandIns {
  /** The line with each doubtful glyph as private-use characters of the same width. */
  put(line: string): string;
  /** The glyphs again. */
  back(text: string): string;
}

/** A fresh set; it holds 6,398 different glyphs, beyond which a glyph goes as it is. */
export function standIns(): StandIns {
  const codes = new Map<string, string>();
  const glyphs = new Map<string, string>();
  const codeOf = (glyph: string): string => {
    const known = codes.get(glyph);
    if (known !== undefined || codes.size >= 0xf8fe - FIRST) return known ?? glyph;
    const code = String.fromCharCode(FIRST + codes.size) + FILLER.repeat(Math.max(0, widthOf(glyph) - 1));
    codes.set(glyph, code);
    glyphs.set(code, glyph);
    return code;
  };
  return {
    put: (line) =>
      clusters(line)
        .map((cluster) => (AGREED.test(cluster) ? cluster : codeOf(cluster)))
        .join(''),
    back: (text) => text.replace(CARRIED, (code) => glyphs.get(code) ?? code),
  };
}

/** Glyphs, each with what has no width beside it. */
function clusters(line: string): string[] {
  const found: string[] = [];
  for (const glyph of glyphsOf(line)) {
    const last = found.at(-1);
    if (last !== undefined && (widthOf(glyph) === 0 || widthOf(last) === 0)) found[found.length - 1] = last + glyph;
    else found.push(glyph);
  }
  return found;
}
