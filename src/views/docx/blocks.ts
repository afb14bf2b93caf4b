/** The blocks of a form as the elements of a WordprocessingML body. */
import { type FileChild, HeadingLevel, LineRuleType, PageBreak, Paragraph } from 'docx';
import type { Align, Block } from '../../core/document.ts';
import { FONT, INDENT, PITCH, SIZE } from './layout.ts';
import { runsOf, SIDES } from './runs.ts';
import { formTable, listTable, signatureTable } from './tables.ts';

const EXACT = { line: PITCH, lineRule: LineRuleType.EXACT } as const;

/** The elements of one block on a page whose text area is `width` twips wide. */
export function elementsOf(block: Block, width: number): FileChild[] {
  switch (block.kind) {
    case 'heading':
      return [heading(block.level, block.text)];
    case 'paragraph':
      return [paragraph(block.text, block.align)];
    case 'note':
      return [smallPrint(block.text, 'body', block.align)];
    case 'verbatim':
      return [smallPrint(block.text, 'verbatim')];
    case 'form':
      return [gap(), formTable(block, width), gap()];
    case 'list':
      return [gap(), listTable(block, width), gap()];
    case 'signatures':
      return [signatureTable(block.labels, width), gap()];
    case 'break':
      return [new Paragraph({ spacing: EXACT, children: [new PageBreak()] })];
  }
}

/** The title, over as many lines as it needs. */
export function titleOf(text: string): Paragraph {
  return new Paragraph({
    heading: HeadingLevel.TITLE,
    alignment: SIDES.center,
    spacing: { line: 700, lineRule: LineRuleType.EXACT, after: PITCH / 2 },
    children: runsOf(text, { font: FONT.title, size: SIZE.title }),
  });
}

function heading(level: 1 | 2, text: string): Paragraph {
  return new Paragraph({
    heading: level === 1 ? HeadingLevel.HEADING_1 : HeadingLevel.HEADING_2,
    spacing: EXACT,
    indent: { firstLine: INDENT },
    keepNext: true,
    children: runsOf(text, { font: level === 1 ? FONT.heading : FONT.subheading, size: SIZE.body }),
  });
}

/** Beginning two characters in, unless it stands on a side of its own. */
function paragraph(text: string, align: Align | undefined): Paragraph {
  return new Paragraph({
    spacing: EXACT,
    // Long hashes and identifiers break anywhere instead of leaving half a line empty.
    wordWrap: false,
    ...(align === undefined ? { indent: { firstLine: INDENT } } : { alignment: SIDES[align] }),
    children: runsOf(text, { font: FONT.body, size: SIZE.body }),
  });
}

function smallPrint(text: string, font: 'body' | 'verbatim', align: Align = 'left'): Paragraph {
  return new Paragraph({
    alignment: SIDES[align],
    wordWrap: false,
    spacing: { before: 60, after: 60 },
    children: runsOf(text, { font: FONT[font], size: SIZE.small }),
  });
}

/** Two tables that touch would become one. */
function gap(): Paragraph {
  return new Paragraph({ spacing: { line: 120, lineRule: LineRuleType.EXACT }, children: [] });
}
