/** OVER (…) and the items of ORDER BY. */

import type { Body } from '../tree.ts';
import {
  expectWords,
  inBrackets,
  isWord,
  listOf,
  type Reading,
  type Tree,
  takeOneOf,
  takeWords,
  unexpected,
} from './reading.ts';

export function overClause(reading: Reading): Body {
  return inBrackets(reading, () => {
    const partitionClause = takeWords(reading, 'partition', 'by') ? listOf(reading, reading.expression) : undefined;
    const orderClause = takeWords(reading, 'order', 'by') ? sorts(reading) : undefined;
    const framed = takeOneOf(reading, 'rows', 'range', 'groups') !== undefined;
    return {
      ...(partitionClause && { partitionClause }),
      ...(orderClause && { orderClause }),
      ...(framed && frame(reading)),
    };
  });
}

export function sorts(reading: Reading): Tree[] {
  return listOf(reading, (inner) => {
    const node = inner.expression(inner);
    const down = takeOneOf(inner, 'asc', 'desc') === 'desc';
    if (takeWords(inner, 'nulls') && takeOneOf(inner, 'first', 'last') === undefined) unexpected(inner);
    return { SortBy: { node, sortby_dir: down ? 'SORTBY_DESC' : 'SORTBY_DEFAULT' } };
  });
}

/** ROWS BETWEEN a AND b, or a alone; EXCLUDE is refused. */
function frame(reading: Reading): Body {
  if (!takeWords(reading, 'between')) return edge(reading, 'startOffset');
  const start = edge(reading, 'startOffset');
  expectWords(reading, 'and');
  return { ...start, ...edge(reading, 'endOffset') };
}

function edge(reading: Reading, field: string): Body {
  if (takeWords(reading, 'current', 'row')) return {};
  const offset = takeWords(reading, 'unbounded') ? undefined : reading.value(reading);
  if (!isWord(reading, 'preceding') && !isWord(reading, 'following')) unexpected(reading);
  takeOneOf(reading, 'preceding', 'following');
  return offset === undefined ? {} : { [field]: offset };
}
