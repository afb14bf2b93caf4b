/** Text as runs of a paragraph: safe, in a font and size, broken at newlines. */
import { AlignmentType, type IRunOptions, TextRun } from 'docx';
import type { Align } from '../../core/document.ts';
import { say } from '../how.ts';

/** The text as runs; `format` is that of each. Signs that a reader could not see are shown as escapes. */
export function runsOf(text: string, format: IRunOptions): TextRun[] {
  return say(text, { dictionary: {} })
    .split('\n')
    .map((line, i) => new TextRun({ ...format, text: line, ...(i > 0 ? { break: 1 } : {}) }));
}

export const SIDES: Readonly<Record<Align, (typeof AlignmentType)[keyof typeof AlignmentType]>> = {
  left: AlignmentType.LEFT,
  center: AlignmentType.CENTER,
  right: AlignmentType.RIGHT,
};
