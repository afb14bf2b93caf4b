/** A paper form as a value: what stands on it and where a person signs. The DOCX view draws it; everything in it is plain text. */

export type Align = 'left' | 'center' | 'right';

/** One line of a cell; an empty one is room for handwriting. */
export interface Line {
  readonly text: string;
  readonly align?: Align;
}

/** A cell of a form; `span` columns wide. A label is printed, a value is filled in or left to the pen. */
export interface Cell {
  readonly kind: 'label' | 'value';
  readonly lines: readonly Line[];
  readonly span: number;
}

/** A column of a list; widths are shares of the page. */
export interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: Align;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string; readonly align?: Align }
  /** Small print. */
  | { readonly kind: 'note'; readonly text: string; readonly align?: Align }
  /** Text shown as it is: a statement, a script. */
  | { readonly kind: 'verbatim'; readonly text: string }
  /** `widths` are shares of the page; the spans of every row add up to their number. */
  | { readonly kind: 'form'; readonly widths: readonly number[]; readonly rows: readonly (readonly Cell[])[] }
  /** The header row is repeated on every page. */
  | { readonly kind: 'list'; readonly columns: readonly Column[]; readonly rows: readonly (readonly string[])[] }
  /** Places to sign and date, side by side. */
  | { readonly kind: 'signatures'; readonly labels: readonly string[] }
  | { readonly kind: 'break' };

export interface Document {
  readonly title: string;
  /** Printed in the header of every page. */
  readonly number?: string;
  /** Who made it, for what, when: in header and footer of every page. */
  readonly watermark?: string;
  readonly landscape?: boolean;
  /** ISO time it was made; the file carries no other time. */
  readonly at?: string;
  readonly blocks: readonly Block[];
}
