/** The half of the page that reads, decrypts, verifies and saves: beside the window, so that it stays awake. */
import { type Counter, converterTo, counterFor, type Found } from './content.ts';
import type { Manifest } from './manifest.ts';
import type { Answer, Asked, Done } from './messages.ts';
import { checkFile, decrypterFor, decryptFile, type Told } from './opening.ts';
import type { AgeFile } from './parts.ts';
import { refusalOf, refuse } from './refusal.ts';
import { blobSink, fileSink, type Place, type Sink } from './sink.ts';
import { spreadsheetTo } from './spreadsheet.ts';

type Decrypter = Awaited<ReturnType<typeof decrypterFor>>;

/** What the worker knows so far; a file counts as verified only with the very decrypter that verified it. */
interface Held {
  manifest?: Manifest;
  key?: Uint8Array | undefined;
  file?: File;
  verified?: Decrypter | undefined;
}

export const MIME = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

/** Answers what is asked, one after another. */
export function work(listen: (asked: (ask: Asked) => void) => void, say: (answer: Answer) => void): void {
  const held: Held = {};
  listen((ask) => {
    answer(held, ask, say).then(
      (done) => say({ answer: 'done', done }),
      (error: unknown) => say({ answer: 'refused', ...refusalOf(error) }),
    );
  });
}

async function answer(held: Held, ask: Asked, say: (answer: Answer) => void): Promise<Done> {
  if (ask.ask === 'start') {
    held.manifest = ask.manifest;
    held.key = ask.key;
    return {};
  }
  const { manifest } = held;
  if (manifest === undefined) throw refuse('bug');
  const told = teller(manifest, say);
  if (ask.ask === 'check') {
    held.verified = undefined;
    await checkFile(ask.file, manifest, told);
    held.file = ask.file;
    return {};
  }
  const { file } = held;
  if (file === undefined) throw refuse('bug');
  if (ask.ask === 'open') {
    held.verified = undefined;
    const decrypter = await decrypterFor(ask.secret, held.key);
    const found = await verify(file, decrypter, manifest, told);
    held.verified = decrypter;
    return { found };
  }
  if (held.verified === undefined) throw refuse('bug');
  const blob = await save(file, held.verified, manifest, ask, told);
  return blob === undefined ? {} : { blob };
}

/** Tells a share of the file at most two hundred times a reading. */
function teller({ bytes }: Manifest, say: (answer: Answer) => void): Told {
  let last = -1;
  return (at) => {
    const share = Math.floor((at / Math.max(1, bytes)) * 200) / 200;
    // A second reading begins again.
    if (share === last || (share < last && at > bytes / 2)) return;
    last = share;
    say({ answer: 'progress', share });
  };
}

/** Decrypts the whole and lets it go: nothing is kept or offered before the last chunk, the hash and the rows are known to be right. */
async function verify(file: Blob, decrypter: Decrypter, manifest: Manifest, told: Told): Promise<Found> {
  let counter = counterFor(manifest);
  const push = (chunk: Uint8Array) => counter.push(chunk);
  await decryptFile(file, decrypter, manifest, push, told, partRows(counter));
  let found = await counter.end();
  while ('again' in found) {
    counter = found.again;
    await decryptFile(file, decrypter, manifest, push, told);
    found = await counter.end();
  }
  if (found.rows !== manifest.rows) throw refuse('rows', { found: found.rows, rows: manifest.rows });
  return found;
}

/** Refuses a part that holds other rows than are told of it. */
function partRows({ rows = () => 0 }: Counter): (part: AgeFile) => void {
  let before = 0;
  return ({ rows: wanted }) => {
    const found = rows() - before;
    before += found;
    if (wanted !== undefined && found !== wanted) throw refuse('rows', { found, rows: wanted });
  };
}

type Save = Extract<Asked, { ask: 'save' }>;

/** Decrypts again, into the sink; whatever fails, the hash at the end included, leaves no file. */
async function save(
  file: Blob,
  decrypter: Decrypter,
  manifest: Manifest,
  { as, handle }: Save,
  told: Told,
): Promise<Blob | undefined> {
  const type = as === 'xlsx' ? MIME.xlsx : MIME[manifest.format];
  const sink = handle === undefined ? blobSink(type) : await opened(handle);
  try {
    if (as === 'same') await decryptFile(file, decrypter, manifest, (chunk) => sink.write(chunk), told);
    else await convert(file, decrypter, manifest, sink, told);
    return await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

async function opened(handle: Place): Promise<Sink> {
  try {
    return await fileSink(handle);
  } catch {
    throw refuse('disk');
  }
}

async function convert(file: Blob, decrypter: Decrypter, manifest: Manifest, sink: Sink, told: Told): Promise<void> {
  const rows = converterTo(await spreadsheetTo(sink, manifest), manifest);
  await decryptFile(file, decrypter, manifest, (chunk) => rows.push(chunk), told);
  await rows.end();
}
