/** This tool's own, as one value: journal, locks, side files, artefacts, keys, shipped templates. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Actor } from '../core/event.ts';
import type { Answer, Question } from '../core/question.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { DataState, Keep, Look } from '../core/world.ts';
import { type Disk, disk as realDisk } from './disk.ts';
import { openJournal } from './journal.ts';
import type { Signer } from './keys.ts';
import { shortId } from './stamp.ts';

/** What the Keep of one site stands on. Nothing is opened before it is used. */
export interface KeepPlace {
  /** The site folder, absolute. */
  readonly dir: string;
  /** Who writes; asked for each record. */
  actor(): Actor;
  readonly appVersion: string;
  /** Node's version. */
  readonly node: string;
  /** Private keys may lie unencrypted under keys/. */
  readonly sandbox: boolean;
  /** Private key files by operator, relative to the site folder or absolute. */
  readonly keys: Readonly<Record<string, string>>;
  /** `--key FILE`: stands before `keys`. */
  readonly keyFile?: string;
  /** The folder of shipped templates. */
  readonly templates: string;
  /** Where artefacts read from. */
  readonly rows: Look['rows'];
  /** For what reads one state of a database in several sessions. */
  state?(database: string): Promise<DataState>;
  /** Asks for the passphrase of an operator's key. */
  passphrase(operator: string): Promise<string>;
  /** The person at the keyboard: for passphrases that are no operator's. */
  ask(question: Question): Promise<Answer>;
  /** The built page that opens an export: a file. */
  readonly page: string;
  /** Ends what streams for long when the invocation is interrupted. */
  readonly signal?: AbortSignal;
  readonly disk?: Disk;
}

/** The Keep of one site folder. */
export function openKeep(place: KeepPlace): Keep {
  const { dir, disk = realDisk } = place;
  const journal = openJournal({ dir, stamps: place, disk });
  return {
    append: journal.append,
    entries: journal.entries,
    lines: journal.lines,
    newId: (letter) => shortId(letter, new Date()),
    hold: async (names, holder, work) => (await import('./locks.ts')).holdAll(disk, dir, names, holder, work),
    store: async (name, bytes) => (await import('./side-files.ts')).storeFile(dir, name, bytes),
    fetch: async (name, hash) => (await import('./side-files.ts')).fetchFile(dir, name, hash),
    files: async (folder) => (await import('./side-files.ts')).filesIn(dir, folder),
    folders: async (folder) => (await import('./file-hash.ts')).foldersIn(dir, folder),
    hash: async (name) => (await import('./file-hash.ts')).hashOf(dir, name),
    discard: async (name) => (await import('./side-files.ts')).discardFile(dir, name),
    artefact: async (product, progress, signal, parts) =>
      (await import('./artefact.ts')).makeArtefact(
        { ...place, signer: (operator) => signerOf(place, operator) },
        product,
        progress,
        signal,
        parts,
      ),
    keys: async (subject) => (await import('./extract-keys.ts')).keysOf(dir, subject),
    mark: async (subject) => (await import('./extract-keys.ts')).markOf(dir, subject),
    open: async (file, identityFile, out, keys) =>
      (await import('./open.ts')).openArtefact({ ...place, file, identityFile, out, keys }),
    template: (name) => readTemplate(place.templates, name),
    establish: async (folder) => (await import('./establish.ts')).establishFolder(dir, folder),
    sign: async (operator, statement) => (await signerOf(place, operator)).sign(statement),
    makeKeys: (operator, passphrase) => makeKeys(place, operator, passphrase),
  };
}

async function signerOf(place: KeepPlace, operator: string): Promise<Signer> {
  const { unlock } = await import('./keys.ts');
  return unlock(keyOf(place, operator), () => place.passphrase(operator));
}

function keyOf(place: KeepPlace, operator: string): string {
  const named = place.keyFile ?? (Object.hasOwn(place.keys, operator) ? place.keys[operator] : undefined);
  if (named !== undefined) return place.keyFile === undefined ? path.resolve(place.dir, named) : path.resolve(named);
  if (place.sandbox) return path.join(place.dir, 'keys', `${operator}.ed25519`);
  throw new Stop('refused', t('no key file of {operator} is known', { operator }), {
    notDone: t('nothing was signed'),
    next: ['--key FILE'],
    place: { file: path.join(place.dir, 'site.yml') },
  });
}

async function makeKeys(place: KeepPlace, operator: string, passphrase: string | undefined) {
  if (passphrase === undefined && !place.sandbox) {
    throw new Stop('refused', t('a private key is only kept encrypted outside a sandbox'), {
      notDone: t('no key was made'),
    });
  }
  const { makeKeyPairs } = await import('./keys.ts');
  return makeKeyPairs(path.join(place.dir, 'keys'), operator, passphrase);
}

async function readTemplate(folder: string, name: string): Promise<string> {
  const at = path.resolve(folder, name);
  try {
    if (!at.startsWith(`${path.resolve(folder)}${path.sep}`)) throw new Error(name);
    return await readFile(at, 'utf8');
  } catch (cause) {
    throw new Stop('bug', t('the shipped template {name} is not there', { name }), { cause });
  }
}
