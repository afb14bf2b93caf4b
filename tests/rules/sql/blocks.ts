/** The fixture lists of statements: blocks between blank lines; in a list of refused ones the first line names the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dialect } from '../../../src/rules/sql/refusal.ts';

const folder = join(import.meta.dirname, '../../fixtures/sql');

/** The blocks of a list without its heading. */
function blocksOf(name: string): readonly string[] {
  return readFileSync(join(folder, `${name}.sql`), 'utf8')
    .split(/\n\n+/)
    .slice(1)
    .map((block) => block.trim());
}

export function acceptedBlocks(dialect: Dialect): readonly string[] {
  return blocksOf(`${dialect}-accepted`);
}

export function refusedBlocks(dialect: Dialect): readonly { readonly code: string; readonly sql: string }[] {
  return blocksOf(`${dialect}-refused`).map((block) => {
    const [, code = '', sql = ''] = /^-- ([a-z-]+)\n([\s\S]*)$/.exec(block) ?? [];
    return { code, sql };
  });
}
