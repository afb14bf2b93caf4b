/**
 * The process that reads one statement's rows: SQLite cannot be interrupted inside a step, a process can be killed.
 * The statement and its binds come over standard input, never in argv; rows go out over standard output.
 */
import { readSync, writeSync } from 'node:fs';
import type { Bindable } from '../core/batch.ts';
import { framed, HEAD, KIND, type Task, valueIn } from './sqlite-frames.ts';
import { openReadOnly, sqliteWords } from './sqlite-open.ts';
import { emptyPack, isFull, packRow, takeFrame, troubleOfCell } from './sqlite-pack.ts';

/** Milliseconds after which a row is not kept waiting for others: that it came is progress. */
const LINGER = 200;

function main(): void {
  try {
    const { file, query } = task();
    const database = openReadOnly(file, query.tables);
    // Named by the statement itself: around it, equal names would be told apart.
    const columns = database
      .prepare(query.sql)
      .columns()
      .map(({ name }) => name);
    const ordered = `SELECT * FROM (${query.sql}\n) ORDER BY random()`;
    const statement = database.prepare(query.shuffled === true ? ordered : query.sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    say(framed(KIND.columns, columns));
    const rows = statement.iterate(exactBinds(query.binds)) as unknown as Iterable<readonly Bindable[]>;
    say(framed(send(rows, columns.length, query.limit, query.truncate === true), null));
    database.close();
  } catch (error) {
    say(framed(KIND.trouble, troubleOfCell(error) ?? { kind: 'refused', why: sqliteWords(error) }));
  }
}

/** Sends at most `limit` rows; the kind of the last frame says how it ended. */
function send(rows: Iterable<readonly Bindable[]>, width: number, limit: number, truncate: boolean): number {
  const pack = emptyPack(width);
  let count = 0;
  let sent = Date.now();
  const flush = (): void => {
    if (pack.rows > 0) say(takeFrame(pack));
    sent = Date.now();
  };
  for (const row of rows) {
    if (count === limit) {
      flush();
      return truncate ? KIND.end : KIND.over;
    }
    count++;
    packRow(pack, row);
    if (isFull(pack) || Date.now() - sent > LINGER) flush();
  }
  flush();
  return KIND.end;
}

/** A JavaScript number is bound as a double, and a text column would compare with '450103.0'; whole ones go as integers. */
function exactBinds(binds: Task['query']['binds']): Record<string, string | number | bigint | null> {
  const exactly = (value: string | number | null) => (Number.isSafeInteger(value) ? BigInt(value ?? 0) : value);
  return Object.fromEntries(Object.entries(binds).map(([name, value]) => [name, exactly(value)]));
}

function task(): Task {
  const [, , , length = 0] = new Uint32Array(readExactly(HEAD).buffer);
  return valueIn(readExactly(length)) as Task;
}

function readExactly(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const read = readSync(0, bytes, at, length - at, null);
    if (read === 0) throw new Error('no task');
    at += read;
  }
  return bytes;
}

/** Blocking: a parent that reads slowly slows the reading down. */
function say(frame: Uint8Array): void {
  for (let at = 0; at < frame.length; ) at += writeSync(1, frame, at);
}

main();
