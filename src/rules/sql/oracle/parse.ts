/** The statements of Oracle that the guard reads: one SELECT, as the tree that the PostgreSQL grammar gives for its own. */
import { t } from '../../../core/text.ts';
import { refuse } from '../refusal.ts';
import type { Body } from '../tree.ts';
import { expression, sum } from './expression.ts';
import { isSign, isWord, peek, type Reading } from './reading.ts';
import { ended, query } from './select.ts';
import { tokensOf } from './tokens.ts';

/**
 * The SelectStmt of `text`, which the lexer left without comments and with its binds as `:b1`. Refuses, naming word and place, what
 * is not understood: nothing is skipped, so what is not in this grammar cannot hide in a statement.
 */
export function parseOracle(text: string): Body {
  const reading: Reading = { tokens: tokensOf(text), at: 0, depth: 0, query, expression, value: sum };
  const first = peek(reading);
  if (!isWord(reading, 'select') && !isWord(reading, 'with') && !isSign(reading, '('))
    refuse('not-a-select', first.at, t('only SELECT is accepted; this is {type}', { type: first.text.toUpperCase() }));
  const body = query(reading);
  ended(reading);
  return body;
}
