/** What stands in Oracle's FROM: tables with their partitions, samples and moments, subqueries, joins. */
import { t } from '../../../core/text.ts';
import { refuse } from '../refusal.ts';
import { digits } from './literal.ts';
import {
  expectWords,
  holdsQuery,
  inBrackets,
  isAlias,
  isSign,
  isWord,
  LONGEST_CHAIN,
  listOf,
  made,
  named,
  nested,
  newName,
  peek,
  type Reading,
  type Tree,
  takeName,
  takeOneOf,
  takeSign,
  takeWords,
  tooDeep,
  unexpected,
} from './reading.ts';

export function fromList(reading: Reading): Tree[] {
  return listOf(reading, joined);
}

function joined(reading: Reading): Tree {
  return nested(reading, () => {
    let left = source(reading);
    for (let length = 0; ; length++) {
      const type = joinType(reading);
      if (type === undefined) return left;
      if (length > LONGEST_CHAIN) tooDeep(reading);
      left = {
        JoinExpr: { jointype: type.jointype, larg: left, rarg: source(reading), ...joinedOn(reading, type.cross) },
      };
    }
  });
}

function joinType(reading: Reading): { jointype: string; cross: boolean } | undefined {
  if (takeWords(reading, 'cross', 'join')) return { jointype: 'JOIN_INNER', cross: true };
  if (takeWords(reading, 'join') || takeWords(reading, 'inner', 'join'))
    return { jointype: 'JOIN_INNER', cross: false };
  const side = takeOneOf(reading, 'left', 'right', 'full');
  if (side === undefined) return undefined;
  takeWords(reading, 'outer');
  expectWords(reading, 'join');
  return { jointype: `JOIN_${side.toUpperCase()}`, cross: false };
}

function joinedOn(reading: Reading, cross: boolean): Readonly<Record<string, unknown>> {
  if (cross) return {};
  if (takeWords(reading, 'using'))
    return { usingClause: named(...inBrackets(reading, () => listOf(reading, takeName))) };
  expectWords(reading, 'on');
  return { quals: reading.expression(reading) };
}

function source(reading: Reading): Tree {
  const { at } = peek(reading);
  if (holdsQuery(reading)) {
    const subquery: Tree = { SelectStmt: inBrackets(reading, reading.query) };
    return { RangeSubselect: { subquery, ...aliasOf(reading) } };
  }
  if (isSign(reading, '(')) return inBrackets(reading, joined);
  const parts = tableName(reading);
  if (isSign(reading, '(')) refuse('not-accepted', at, t('a function may not stand in FROM'));
  partition(reading);
  sample(reading);
  const moment = momentOf(reading);
  const [schemaname, relname] = parts.length === 2 ? parts : [undefined, parts[0]];
  const body = {
    ...(schemaname !== undefined && { schemaname }),
    relname,
    ...(moment && { moment }),
    ...aliasOf(reading),
  };
  return made('RangeVar', body, at);
}

function tableName(reading: Reading): string[] {
  if (isWord(reading, 'table') || isWord(reading, 'lateral')) unexpected(reading);
  const parts = [takeName(reading)];
  while (takeSign(reading, '.')) parts.push(takeName(reading));
  if (parts.length > 2) unexpected(reading);
  return parts;
}

/** Oracle has no AS before a table's alias. */
function aliasOf(reading: Reading): Readonly<Record<string, unknown>> {
  return isAlias(reading) ? { alias: { aliasname: newName(reading) } } : {};
}

/** `PARTITION (p)`: fewer rows of the same columns. */
function partition(reading: Reading): void {
  if (takeOneOf(reading, 'partition', 'subpartition') !== undefined) inBrackets(reading, takeName);
}

/** `SAMPLE [BLOCK] (10 [, 2]) [SEED (1)]`. */
function sample(reading: Reading): void {
  if (!takeWords(reading, 'sample')) return;
  takeWords(reading, 'block');
  inBrackets(reading, () => listOf(reading, digits));
  if (takeWords(reading, 'seed')) inBrackets(reading, digits);
}

/** `AS OF SCN n`, `AS OF TIMESTAMP expression`: the expression stays in the tree and may read no column. */
function momentOf(reading: Reading): Tree | undefined {
  if (!takeWords(reading, 'as', 'of')) return undefined;
  if (takeOneOf(reading, 'scn', 'timestamp') === undefined) unexpected(reading);
  return reading.value(reading);
}
