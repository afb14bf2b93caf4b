/** Makes text from outside safe to show: what a terminal would obey or a reader could not see becomes a visible escape. */

/**
 * Control characters (C0, DEL, C1), format characters (bidi controls, zero width, tags, soft hyphen), line and paragraph
 * separators, lone surrogates, noncharacters (which XML cannot hold), and blanks without ink. Variation selectors stay: rare
 * Chinese names are written with them.
 */
const UNSAFE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}[\p{Default_Ignorable_Code_Point}--\p{Variation_Selector}]]/gv;

/** The text with every unsafe character but newline and tab shown as `\x1b` or `\u{202e}`. */
export function safe(text: string): string {
  return text.replace(UNSAFE, (character) => (character === '\n' || character === '\t' ? character : shown(character)));
}

/** As `safe`, on one line: newlines and tabs are shown as escapes too. */
export function safeLine(text: string): string {
  return safe(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function shown(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\r') return '\\r';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** JSON text in which the same characters are spelled as \uXXXX: the document parses to the same value and is safe to print. */
export function safeJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}
