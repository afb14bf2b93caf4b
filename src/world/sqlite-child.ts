/**
 * The process that reads one statement's rows: SQLite cannot be interrupted inside a step, a process can be killed.
 * The statement and its binds come over standard input, never in argv; rows go out over standard output.
 */
import { readSync, writeSync } from 'node:fs';
import { type Bindable, batchOf } from '../core/batch.ts';
import { type Frame, framed, type Task, unframed } from './sqlite-frames.ts';
import { openReadOnly, sqliteWords } from './sqlite-open.ts';

const BATCH = 1_000;

function main(): void {
  try {
    const { file, query } = task();
    const database = openReadOnly(file, query.tables);
    const statement = database.prepare(query.sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    say({ kind: 'columns', columns: statement.columns().map(({ name }) => name) });
    const rows = statement.iterate(exactBinds(query.binds)) as unknown as Iterable<readonly Bindable[]>;
    say(send(rows, query.limit, query.truncate === true));
    database.close();
  } catch (error) {
    say({ kind: 'trouble', why: sqliteWords(error) });
  }
}

function send(rows: Iterable<readonly Bindable[]>, limit: number, truncate: boolean): Frame {
  let batch: Bindable[][] = [];
  let count = 0;
  const flush = (): void => {
    if (batch.length > 0) say({ kind: 'rows', rows: batchOf(batch) });
    batch = [];
  };
  for (const row of rows) {
    if (count === limit) {
      flush();
      return { kind: truncate ? 'end' : 'over' };
    }
    count++;
    batch.push([...row]);
    if (batch.length === BATCH) flush();
  }
  flush();
  return { kind: 'end' };
}

/** A JavaScript number is bound as a double, and a text column would compare with '450103.0'; whole ones go as integers. */
function exactBinds(binds: Task['query']['binds']): Record<string, string | number | bigint | null> {
  const exactly = (value: string | number | null) => (Number.isSafeInteger(value) ? BigInt(value ?? 0) : value);
  return Object.fromEntries(Object.entries(binds).map(([name, value]) => [name, exactly(value)]));
}

function task(): Task {
  const length = Buffer.from(readExactly(4)).readUInt32LE(0);
  return unframed(readExactly(length)) as Task;
}

function readExactly(length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const read = readSync(0, bytes, at, length - at, null);
    if (read === 0) throw new Error('no task');
    at += read;
  }
  return bytes;
}

/** Blocking: a parent that reads slowly slows the reading down. */
function say(frame: Frame): void {
  const bytes = framed(frame);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

main();
