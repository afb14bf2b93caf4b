/** Export folders as a run leaves them: the encrypted file, its signed manifest, the built page with both in it; and ways to spoil each. */
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { canonical } from '../../src/core/canonical.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const PASSPHRASE = '正确的-口令 horse battery';

/** What an export is made of; all may be left out. */
export interface Wanted {
  readonly plain?: Uint8Array | Iterable<Uint8Array>;
  readonly rows?: number;
  readonly format?: 'csv' | 'xlsx' | 'jsonl';
  readonly columns?: readonly { readonly name: string; readonly mask: string }[];
  readonly passphrase?: boolean;
  /** Further recipients of the file. */
  readonly further?: readonly string[];
  /** Encrypts it otherwise than by our library. */
  readonly encrypt?: (plain: Uint8Array, recipients: readonly string[]) => Uint8Array;
  /** Facts of the manifest that are to be others than the true ones; signed all the same. */
  readonly told?: Readonly<Record<string, unknown>>;
  /** Changes the encrypted bytes after all hashes were taken. */
  readonly spoil?: (bytes: Uint8Array) => Uint8Array;
  /** The manifest tells the size and hash of the spoiled file: only age itself can notice. */
  readonly adopt?: boolean;
  /** Changes the manifest after it was signed. */
  readonly forge?: (manifest: Record<string, unknown>) => unknown;
}

export interface Folder {
  readonly dir: string;
  /** `file://` address of the page. */
  readonly page: string;
  readonly file: string;
  readonly plain: Uint8Array;
  readonly identity: string;
  readonly identityFile: string;
  readonly fingerprint: string;
  remove(): void;
}

export const COLUMNS = [
  { name: '发票号码', mask: 'released' },
  { name: '购方名称', mask: 'company-name' },
  { name: '金额', mask: 'amount' },
];
const SAMPLE = [
  '\ufeff发票号码,购方名称,金额',
  '"\t24312000000123456789",某省甲有限公司,1234.50',
  `"\t00012345","'=HYPERLINK(""http://x"",""点"")",-3`,
  '12345678,"第一行\r\n第二行, ""引号""",',
  '"",<script>alert(1)</script>,0.10',
];

/** The sample CSV with `rows` rows, the first four of them peculiar. */
export function sampleCsv(rows: number): Uint8Array {
  const more = Array.from({ length: Math.max(0, rows - 4) }, (_, i) => `${10_000_000 + i},单位${i},${i}.25`);
  return new TextEncoder().encode(`${[...SAMPLE.slice(0, rows + 1), ...more].join('\r\n')}\r\n`);
}

let built: string | undefined;

/** The page as it is built, before anything is put into it. */
export function emptyPage(): string {
  if (built !== undefined) return built;
  const dir = mkdtempSync(join(tmpdir(), 'gxops-page-'));
  try {
    execFileSync(process.execPath, [join(root, 'scripts/page.mjs'), join(dir, 'open.html')], { stdio: 'pipe' });
    built = readFileSync(join(dir, 'open.html'), 'utf8');
    return built;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Puts manifest and key where the page expects them; fails when it has no such place. */
export function sealedPage(manifest: unknown, key: Uint8Array | undefined): string {
  const json = JSON.stringify(manifest, null, 2).replaceAll('<', '\\u003c');
  const places: [string, string][] = [
    ['<script type="application/json" id="manifest">null</script>', json],
    ['<script type="text/plain" id="key"></script>', key === undefined ? '' : Buffer.from(key).toString('base64')],
  ];
  return places.reduce((page, [place, data]) => {
    if (page.split(place).length !== 2) throw new Error(`the page has not one ${place}`);
    return page.replace(place, () => place.replace(/>(null)?</, () => `>${data}<`));
  }, emptyPage());
}

/** Makes one in a folder of its own. */
export async function makeFolder(wanted: Wanted = {}): Promise<Folder> {
  const dir = mkdtempSync(join(tmpdir(), 'gxops-open-'));
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const identityFile = join(dir, 'zhao.age');
  writeFileSync(identityFile, `# public key: ${recipient}\n${identity}\n`, { mode: 0o600 });
  const key = wanted.passphrase === true ? await keyUnder(PASSPHRASE) : undefined;
  const plain = joined(wanted.plain ?? sampleCsv(4));
  const recipients = [recipient, ...(key === undefined ? [] : [key.recipient]), ...(wanted.further ?? [])];
  const sealed = wanted.encrypt?.(plain, recipients) ?? (await encrypted(plain, recipients));
  const signer = generateKeyPairSync('ed25519');
  const spoiled = wanted.spoil?.(Uint8Array.from(sealed)) ?? sealed;
  const facts = { ...factsOf(wanted, wanted.adopt === true ? spoiled : sealed, plain, recipient), ...wanted.told };
  const manifest = signed(facts, signer);
  const page = join(dir, 'open.html');
  const file = join(dir, String(facts.file));
  writeFileSync(file, spoiled);
  writeFileSync(page, sealedPage(wanted.forge === undefined ? manifest : wanted.forge(manifest), key?.file));
  const fingerprint = hash(signer.publicKey.export({ type: 'spki', format: 'der' })).replace(/(.{4})(?=.)/g, '$1 ');
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  return { dir, page: `file://${page}`, file, plain, identity, identityFile, fingerprint, remove };
}

function factsOf(
  { rows = 4, format = 'csv', columns = COLUMNS, passphrase = false }: Wanted,
  sealed: Uint8Array,
  plain: Uint8Array,
  age: string,
) {
  return {
    schema: 2,
    extraction: 'E-20261124-7kq2',
    file: `invoices.${format}.age`,
    ...{
      sha256: hash(sealed),
      plain: hash(plain),
      bytes: sealed.length,
      rows,
      format,
      policy: { null: 'empty' },
      columns,
    },
    limits: { rows: 100_000 },
    ...{ database: 'inv', purpose: '第三季度红字发票专项核查', basis: '税总函〔2026〕12 号', requester: 'zhang' },
    recipients: [{ operator: 'zhao', age, fingerprint: `sha256:${hash(age)}` }],
    passphrase,
    watermark: ['E-20261124-7kq2', 'zhang', 'zhao', '2026-11-24'],
    ...{
      application: 'sha256:00',
      approval: 'sha256:01',
      tool: { name: 'gxops', version: '0.1.0' },
      destroyBy: '2099-12-31',
    },
  };
}

function signed(
  facts: Record<string, unknown>,
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
) {
  const value = sign(null, Buffer.from(canonical(facts), 'utf8'), privateKey).toString('base64');
  return { ...facts, signature: { operator: 'zhang', key: publicKey.export({ type: 'spki', format: 'pem' }), value } };
}

/** An identity under a passphrase, with little work: these tests are not about guessing it. */
export async function keyUnder(
  passphrase: string,
  logN = 10,
): Promise<{ recipient: string; file: Uint8Array; identity: string }> {
  const identity = await generateX25519Identity();
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(logN);
  const file = await encrypter.encrypt(`${identity}\n`);
  return { identity, recipient: await identityToRecipient(identity), file };
}

async function encrypted(plain: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(plain);
}

function joined(plain: Uint8Array | Iterable<Uint8Array>): Uint8Array {
  return plain instanceof Uint8Array ? plain : Buffer.concat([...plain]);
}

function hash(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Overwrites one byte of a file on the disk. */
export function flipAt(file: string, place: number): void {
  const byte = readFileSync(file)[place] ?? 0;
  const handle = openSync(file, 'r+');
  writeSync(handle, Uint8Array.of(byte ^ 1), 0, 1, place);
  closeSync(handle);
}
