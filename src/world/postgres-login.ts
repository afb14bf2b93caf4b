/**
 * Logins that `pg` does not speak: openGauss's SHA256, SM3 and MD5 over SHA256, Kingbase's SM3, SCRAM with SM3. Formats: openGauss's
 * auth.cpp and crypt.cpp, the drivers for Go of openGauss and Kingbase; RFC 5802. Clear text is refused outside TLS.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Stop } from '../core/stop.ts';
import { type Phrase, t } from '../core/text.ts';

/** Who logs in where. `password` is asked only when the server wants one. */
export interface Login {
  readonly user: string;
  readonly tls: boolean;
  password(): string;
}

/** Answers one request of the server (`payload` begins with its code): the bytes of our message, or undefined where `pg` answers itself. */
export type Talk = (payload: Buffer) => Uint8Array | undefined;

/** openGauss sends no count to clients of protocol 3.0 and signs instead: the counts that it has had as its own, newest first. */
const ITERATIONS = [10_000, 2_048] as const;
const MOST_ITERATIONS = 1_000_000;
const HEX = /^[0-9a-f]+$/i;
type Hash = 'sha256' | 'sm3';

/** One login's conversation. Throws Stop('refused') for what must not be answered. */
export function talkOf(login: Login): Talk {
  let scram: ((message: string) => string | undefined) | 'pg' | undefined;
  return (payload) => {
    const code = payload.readInt32BE(0);
    const body = payload.subarray(4);
    if (code === 3 && !login.tls)
      throw refused(t('it asks for the password in clear text over a connection without TLS'));
    if ([0, 3, 5].includes(code)) return undefined;
    if ((code === 11 || code === 12) && scram !== undefined)
      return scram === 'pg' ? undefined : framed(scram(body.toString('utf8')));
    if (code === 10 && isMechanisms(body)) {
      const own = ownScram(login, body);
      scram = own?.next ?? 'pg';
      return own && framed(own.first);
    }
    const answer = answerTo(login, code, body);
    if (answer === undefined)
      throw refused(t('it asks for a kind of login that is not known here (code {code})', { code }));
    return framed(`${answer}\0`);
  };
}

/** The password messages of openGauss (10, 11, 13) and of Kingbase (13 with the four bytes of a salt). */
function answerTo(login: Login, code: number, body: Buffer): string | undefined {
  if (code === 10) return openGaussProof(login, body, 'sha256');
  if (code === 11) return md5OverSha256(login, body);
  if (code === 13) return body.length === 4 ? kingbaseSm3(login, body) : openGaussProof(login, body, 'sm3');
  return undefined;
}

/** `pg` speaks SCRAM-SHA-256 itself, and says what it misses where neither is offered. */
function ownScram(login: Login, body: Buffer): Scram | undefined {
  const mechanisms = body.toString('latin1').split('\0');
  const theirs = mechanisms.includes('SCRAM-SHA-256') || !mechanisms.includes('SCRAM-SM3');
  return theirs ? undefined : startScram(login, 'sm3');
}

function refused(why: Phrase): Stop {
  return new Stop('refused', t('the login was not made: {why}', { why }), {
    notDone: t('The password was not sent.'),
    next: ['gxops doctor'],
  });
}

function framed(text: string | Uint8Array | undefined): Uint8Array | undefined {
  if (text === undefined) return new Uint8Array();
  const body = Buffer.from(text);
  const head = Buffer.from([0x70, 0, 0, 0, 0]);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** PostgreSQL lists names, each ended by NUL; openGauss puts a number and hexadecimal digits in the same place. */
function isMechanisms(body: Buffer): boolean {
  return /^([A-Z0-9-]+\0)+\0?$/.test(body.toString('latin1'));
}

function hmac(hash: Hash, key: Uint8Array, data: string | Uint8Array): Buffer {
  return createHmac(hash, key).update(data).digest();
}

function xor(one: Uint8Array, other: Uint8Array): Buffer {
  return Buffer.from(one.map((byte, i) => byte ^ (other[i] ?? 0)));
}

interface Keys {
  readonly server: Buffer;
  readonly client: Buffer;
  readonly stored: Buffer;
}

/** The word "Sever" is the protocol's own. */
function keysOf(password: string, salt: string, iterations: number, hash: Hash): Keys {
  const key = pbkdf2Sync(password, Buffer.from(salt, 'hex'), iterations, 32, 'sha1');
  const client = hmac('sha256', key, 'Client Key');
  return { server: hmac('sha256', key, 'Sever Key'), client, stored: createHash(hash).update(client).digest() };
}

/**
 * Layout: method (int32: 2 SHA256, 3 SM3), salt (64 hex), token (8 hex), then the server's signature of the token (64 hex) or the
 * iteration count (int32). The signature tells the count, and that the server knows the password: without it nothing is sent.
 */
function openGaussProof(login: Login, body: Buffer, hash: Hash): string {
  const salt = body.toString('latin1', 4, 68);
  const token = body.toString('latin1', 68, 76);
  const tail = body.subarray(76);
  const signature = tail.toString('latin1');
  const method = body.length >= 76 ? body.readInt32BE(0) : -1;
  const signed = tail.length === 64 && HEX.test(signature);
  if (method !== (hash === 'sm3' ? 3 : 2) || !HEX.test(salt + token) || !(signed || tail.length === 4)) throw garbage();
  const nonce = Buffer.from(token, 'hex');
  const counts = signed ? ITERATIONS : [tail.readInt32BE(0)];
  for (const count of counts) {
    if (count < 1 || count > MOST_ITERATIONS) throw garbage();
    const { server, client, stored } = keysOf(login.password(), salt, count, hash);
    const proves = !signed || timingSafeEqual(hmac('sha256', server, nonce), Buffer.from(signature, 'hex'));
    if (proves) return xor(client, hmac('sha256', stored, nonce)).toString('hex');
  }
  throw refused(t('the password is wrong, or the server keeps it with an unusual iteration count'));
}

/** How openGauss writes the count 10000 behind the keys that it stores; its check of this kind of login includes it. */
const STORED_10000 = 'ecdfecefade';

/** Layout: salt (64 hex), salt of MD5 (4 bytes). */
function md5OverSha256(login: Login, body: Buffer): string {
  const salt = body.toString('latin1', 0, 64);
  if (body.length !== 68 || !HEX.test(salt)) throw garbage();
  const { server, stored } = keysOf(login.password(), salt, ITERATIONS[0], 'sha256');
  const row = `${salt}${server.toString('hex')}${stored.toString('hex')}${STORED_10000}`;
  return `md5${createHash('md5').update(row, 'latin1').update(body.subarray(64)).digest('hex')}`;
}

/** As PostgreSQL's MD5 login, with HMAC-SM3 keyed by the user's name and then by the four bytes of salt. */
function kingbaseSm3(login: Login, salt: Buffer): string {
  const stored = hmac('sm3', Buffer.from(login.user), login.password()).toString('hex');
  return `sm3${hmac('sm3', salt, stored).toString('hex')}`;
}

function garbage(): Stop {
  return refused(t('the server began a login that is not well-formed'));
}

interface Scram {
  readonly first: Uint8Array;
  next(message: string): string | undefined;
}

/** SCRAM (RFC 5802) without channel binding: the first message, and what answers the server's two. */
function startScram(login: Login, hash: Hash): Scram {
  const nonce = randomBytes(18).toString('base64');
  const bare = `n=,r=${nonce}`;
  let signature: Buffer | undefined;
  const first = Buffer.from(`SCRAM-SM3\0    n,,${bare}`);
  first.writeInt32BE(bare.length + 3, 10);
  const next = (message: string): string | undefined => {
    if (signature !== undefined) {
      const said = Buffer.from(/^v=([A-Za-z0-9+/=]+)/.exec(message)?.[1] ?? '', 'base64');
      if (said.length !== signature.length || !timingSafeEqual(said, signature))
        throw refused(t('the server does not prove that it knows the password'));
      return undefined;
    }
    const [, both = '', salt = '', count = ''] = /^r=([^,]+),s=([A-Za-z0-9+/=]+),i=(\d{1,9})$/.exec(message) ?? [];
    const iterations = Number(count);
    if (!both.startsWith(nonce) || both === nonce || iterations < 1 || iterations > MOST_ITERATIONS) throw garbage();
    const salted = pbkdf2Sync(login.password().normalize('NFKC'), Buffer.from(salt, 'base64'), iterations, 32, hash);
    const client = hmac(hash, salted, 'Client Key');
    const final = `c=biws,r=${both}`;
    const talk = `${bare},${message},${final}`;
    signature = hmac(hash, hmac(hash, salted, 'Server Key'), talk);
    const proof = xor(client, hmac(hash, createHash(hash).update(client).digest(), talk));
    return `${final},p=${proof.toString('base64')}`;
  };
  return { first, next };
}
