/** What stands beside an encrypted file: its signed manifest, a key that a passphrase opens, the page that opens it. All asked for and unlocked first. */
import { readFile } from 'node:fs/promises';
import { canonical, type Json } from '../core/json.ts';
import type { Artefact, Product } from '../core/product.ts';
import type { Answer, Question } from '../core/question.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { codeOf } from './guard.ts';
import type { Signer } from './keys.ts';

/** What sealing needs of its surroundings. */
export interface SealPlace {
  /** The operator's private key, unlocked; asks for its passphrase where it has one. */
  signer(operator: string): Promise<Signer>;
  ask(question: Question): Promise<Answer>;
  /** The built page that opens a file. */
  readonly page: string;
}

/** Everything that is needed besides the rows. */
export interface Seals {
  readonly operator?: string;
  readonly signer?: Signer;
  readonly page?: string;
  /** One more recipient, and `key.age`: its identity, encrypted by the passphrase. */
  readonly key?: { readonly recipient: string; readonly file: Uint8Array };
}

const NOTHING = t('Nothing was read or written.');

/** Gets it all before the first row is read; `kept` is a key that an earlier attempt made. Stop('waiting') where a passphrase is needed and nobody is there. */
export async function sealsFor(product: Product, place: SealPlace, kept?: Seals['key']): Promise<Seals> {
  const page = product.page === true ? await pageAt(place.page) : undefined;
  const { signer: operator } = product;
  const signer = operator === undefined ? undefined : await place.signer(operator);
  const key = product.passphrase === true ? (kept ?? (await keyUnder(await newPassphrase(place)))) : undefined;
  return {
    ...(signer === undefined || operator === undefined ? {} : { operator, signer }),
    ...(page === undefined ? {} : { page }),
    ...(key === undefined ? {} : { key }),
  };
}

async function pageAt(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Stop('refused', t('{path} cannot be read: {code}', { path: file, code: codeOf(cause) }), {
      notDone: NOTHING,
      next: ['npm run build'],
      cause,
    });
  }
}

/** Characters at least. With age's scrypt (2^18) a guess costs about a second and 256 MiB. */
const SHORTEST = 12;
const TRIES = 3;

/** A passphrase typed twice; asked again where it is too short or the two differ. */
async function newPassphrase({ ask }: SealPlace): Promise<string> {
  let message = t('Passphrase for the file, at least {shortest} characters:', { shortest: SHORTEST });
  for (let n = 0; n < TRIES; n++) {
    const first = String(await ask({ id: 'file-passphrase', kind: 'secret', message }));
    if ([...first].length < SHORTEST) {
      message = t('Too short. Passphrase for the file, at least {shortest} characters:', { shortest: SHORTEST });
      continue;
    }
    const again = t('The same passphrase again:');
    const second = String(await ask({ id: 'file-passphrase', kind: 'secret', message: again }));
    if (first === second) return first;
    message = t('The two differ. Passphrase for the file, at least {shortest} characters:', { shortest: SHORTEST });
  }
  throw new Stop('refused', t('no passphrase was given that fits'), { notDone: NOTHING });
}

/** A fresh identity, encrypted by age with the passphrase, so that the age program opens it too. */
async function keyUnder(passphrase: string): Promise<NonNullable<Seals['key']>> {
  const { Encrypter, generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return { recipient, file: await encrypter.encrypt(`# public key: ${recipient}\n${identity}\n`) };
}

/** The small files by name, in the order in which they are to be written. */
export function besideOf(product: Product, artefact: Artefact, seals: Seals): ReadonlyMap<string, Uint8Array> {
  const encoder = new TextEncoder();
  const files = new Map<string, Uint8Array>();
  for (const [name, text] of Object.entries(product.beside ?? {})) files.set(name, encoder.encode(text));
  if (seals.key !== undefined) files.set('key.age', seals.key.file);
  const manifest = product.manifest?.(artefact);
  if (manifest === undefined) return files;
  const text = `${JSON.stringify(JSON.parse(canonical(signed(manifest, seals))), null, 2)}\n`;
  if (seals.page !== undefined) files.set('open.html', encoder.encode(pageWith(seals.page, text, seals.key?.file)));
  return files.set('manifest.json', encoder.encode(text));
}

/** Ed25519 (RFC 8032) over the UTF-8 of the canonical (RFC 8785) manifest without its signature. */
function signed(manifest: Json, { operator, signer }: Seals): Json {
  if (operator === undefined || signer === undefined) return manifest;
  const value = signer.sign(canonical(manifest));
  return { ...(manifest as Record<string, Json>), signature: { operator, key: signer.key, value } };
}

/** Data in a page: `<` could end the element that holds it. */
function pageWith(page: string, manifest: string, key: Uint8Array | undefined): string {
  const filled = fill(page, 'type="application/json" id="manifest"', manifest.trim().replaceAll('<', '\\u003c'));
  return key === undefined ? filled : fill(filled, 'type="text/plain" id="key"', Buffer.from(key).toString('base64'));
}

function fill(page: string, attributes: string, data: string): string {
  const place = `<script ${attributes}>`;
  const [before, behind, ...more] = page.split(place);
  const after = behind?.replace(/^null(?=<)/, '');
  if (before === undefined || !after?.startsWith('</script>') || more.length > 0)
    throw new Stop('bug', t('the page has no single place for {what}', { what: attributes }), { notDone: NOTHING });
  return `${before}${place}${data}${after}`;
}
