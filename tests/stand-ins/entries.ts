/** A long journal, quickly: valid, chained lines appended to a site's own journal while no gxops runs. */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Body } from '../../src/core/event.ts';
import { entryOf, lineOf } from '../../src/core/line.ts';

/** The site's segments, oldest first. */
export function segments(site: string): string[] {
  const folder = join(site, 'journal');
  return readdirSync(folder)
    .filter((name) => /^\d+\.jsonl$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Appends `count` notes behind the last line; `detail` is how many bytes each carries. */
export function growJournal(site: string, count: number, detail = 200): void {
  const segment = segments(site).at(-1);
  if (segment === undefined) throw new Error(`no journal in ${site}`);
  const last = readFileSync(segment, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  const end = entryOf(Buffer.from(last));
  if (end === undefined) throw new Error(`the last line of ${segment} does not hold`);
  let { hash, seq } = end;
  const lines: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const { run: _run, subject: _subject, step: _step, ...body } = end.body;
    const noted = {
      ...body,
      type: 'site.noted',
      data: { what: `note ${i}`, detail: 'x'.repeat(detail) },
      id: `${body.id}-${i}`,
    };
    const { bytes, entry } = lineOf(noted as Body, hash, seq + 1);
    ({ hash, seq } = entry);
    lines.push(bytes, Buffer.from('\n'));
  }
  appendFileSync(segment, Buffer.concat(lines));
}
