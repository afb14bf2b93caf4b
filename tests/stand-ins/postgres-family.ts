/**
 * The server's side of the logins of PostgreSQL's family, written from openGauss's auth.cpp and crypt.cpp (what it stores, what it
 * sends to a client of protocol 3.0, how it checks the answer), from Kingbase's driver for Go, and from RFC 5802. Behind the login it
 * passes everything to a real PostgreSQL that trusts the account.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import type { Stoppable } from './port.ts';

export type LoginKind =
  | { readonly kind: 'sha256' | 'sm3'; readonly iterations?: number; readonly sends?: 'signature' | 'count' }
  | { readonly kind: 'md5-sha256' | 'kingbase-sm3' | 'scram-sm3' | 'cleartext' }
  /** A message of the given code and body, and then silence. */
  | { readonly kind: 'raw'; readonly code: number; readonly body: Buffer }
  /** A server that pretends: its signature is made without the password. */
  | { readonly kind: 'impostor' };

export interface FamilyServer extends Stoppable {
  readonly port: number;
  /** Bodies of the password messages that came. */
  readonly answers: Buffer[];
}

const PROTOCOL_3 = 196_608;

export async function startFamily(login: LoginKind, password: string, behind: number): Promise<FamilyServer> {
  const answers: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    void serve(client, login, password, behind, answers, sockets).catch(() => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    answers,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

type Take = (bytes: number) => Promise<Buffer>;

async function serve(
  client: Socket,
  login: LoginKind,
  password: string,
  behind: number,
  answers: Buffer[],
  sockets: Set<Socket>,
) {
  const take = taker(client);
  const length = (await take(4)).readInt32BE(0);
  const startup = await take(length - 4);
  const first = Buffer.concat([int32(length), startup]);
  if (startup.readInt32BE(0) === PROTOCOL_3) {
    const words = startup.toString('utf8', 4).split('\0');
    const user = words[words.indexOf('user') + 1] ?? '';
    const receive = async () => {
      const head = await take(5);
      const body = await take(head.readInt32BE(1) - 4);
      answers.push(body);
      return body;
    };
    if (!(await challenge(client, login, user, password, receive))) {
      client.end(message('E', Buffer.from(`SFATAL\0C28P01\0MInvalid username/password for ${user},login denied.\0\0`)));
      return;
    }
  }
  const upstream = connect(behind, '127.0.0.1');
  sockets.add(upstream);
  upstream.on('error', () => client.destroy());
  client.once('close', () => upstream.destroy());
  upstream.write(first);
  upstream.pipe(client);
  client.removeAllListeners('data');
  client.pipe(upstream);
}

/** Reads exactly so many bytes. */
function taker(socket: Socket): Take {
  let held = Buffer.alloc(0);
  let look: () => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    look();
  });
  return (bytes) =>
    new Promise((resolve) => {
      look = () => {
        if (held.length < bytes) return;
        look = () => undefined;
        const taken = held.subarray(0, bytes);
        held = held.subarray(bytes);
        resolve(taken);
      };
      look();
    });
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const message = (kind: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(kind), int32(body.length + 4), body]);
const authentication = (code: number, ...parts: Buffer[]): Buffer =>
  message('R', Buffer.concat([int32(code), ...parts]));
const mac = (hash: string, key: Buffer, data: Buffer | string): Buffer => createHmac(hash, key).update(data).digest();
const mixed = (one: Buffer, other: Buffer): Buffer => Buffer.from(one.map((byte, i) => byte ^ (other[i] ?? 0)));

type Receive = () => Promise<Buffer>;

async function challenge(
  client: Socket,
  login: LoginKind,
  user: string,
  password: string,
  receive: Receive,
): Promise<boolean> {
  switch (login.kind) {
    case 'sha256':
    case 'sm3':
      return gauss(client, login.kind, password, login.iterations ?? 10_000, login.sends ?? 'signature', receive);
    case 'impostor':
      return gauss(client, 'sha256', randomBytes(8).toString('hex'), 10_000, 'signature', receive);
    case 'md5-sha256':
      return md5OverSha256(client, password, receive);
    case 'kingbase-sm3': {
      const salt = randomBytes(4);
      client.write(authentication(13, salt));
      const stored = createHmac('sm3', user).update(password).digest('hex');
      return text(await receive()) === `sm3${createHmac('sm3', salt).update(stored).digest('hex')}`;
    }
    case 'scram-sm3':
      return scram(client, password, receive);
    case 'cleartext':
      client.write(authentication(3));
      return text(await receive()) === password;
    default:
      client.write(authentication(login.code, login.body));
      await receive();
      return false;
  }
}

/** A password message is text ended by one NUL. */
function text(body: Buffer): string | undefined {
  return body.indexOf(0) === body.length - 1 ? body.toString('latin1', 0, body.length - 1) : undefined;
}

/** What openGauss keeps of a password (pg_authid.rolpassword without its mark and count). */
function storedOf(password: string, hash: string, iterations: number) {
  const salt = randomBytes(32);
  const key = pbkdf2Sync(password, salt, iterations, 32, 'sha1');
  const stored = createHash(hash)
    .update(mac('sha256', key, 'Client Key'))
    .digest();
  return { salt: salt.toString('hex'), server: mac('sha256', key, 'Sever Key'), stored };
}

async function gauss(
  client: Socket,
  hash: 'sha256' | 'sm3',
  password: string,
  iterations: number,
  sends: 'signature' | 'count',
  receive: Receive,
) {
  const row = storedOf(password, hash, iterations);
  const token = randomBytes(4);
  const signature = Buffer.from(mac('sha256', row.server, token).toString('hex'));
  const tail = sends === 'signature' ? signature : int32(iterations);
  const method = int32(hash === 'sha256' ? 2 : 3);
  const parts = [method, Buffer.from(row.salt), Buffer.from(token.toString('hex')), tail];
  client.write(authentication(hash === 'sha256' ? 10 : 13, ...parts));
  const proof = Buffer.from(text(await receive()) ?? '', 'hex');
  // verify_sha256: what the proof gives, with the stored key's signature taken off, must hash to the stored key.
  const clientKey = mixed(proof, mac('sha256', row.stored, token));
  return proof.length === 32 && createHash(hash).update(clientKey).digest().equals(row.stored);
}

async function md5OverSha256(client: Socket, password: string, receive: Receive): Promise<boolean> {
  const row = storedOf(password, 'sha256', 10_000);
  // encode_iteration: the count's digits, least significant first, added to the letters of a fixed word.
  const digits = [...'10000'].reverse().map(Number);
  const count = [...'ecdfdcefade']
    .map((letter, i) => String.fromCharCode(letter.charCodeAt(0) + (digits[i] ?? 0)))
    .join('');
  const shadow = `sha256${row.salt}${row.server.toString('hex')}${row.stored.toString('hex')}${count}`;
  const salt = randomBytes(4);
  client.write(authentication(11, Buffer.from(row.salt), salt));
  const wanted = createHash('md5').update(shadow.slice('sha256'.length)).update(salt).digest('hex');
  return text(await receive()) === `md5${wanted}`;
}

async function scram(client: Socket, password: string, receive: Receive): Promise<boolean> {
  client.write(authentication(10, Buffer.from('SCRAM-SM3\0\0')));
  const initial = await receive();
  const name = initial.toString('latin1', 0, initial.indexOf(0));
  const first = initial.toString('utf8', name.length + 5);
  if (name !== 'SCRAM-SM3' || initial.readInt32BE(name.length + 1) !== first.length) return false;
  const [, bare = '', nonce = ''] = /^n,,(n=[^,]*,r=([^,]+))$/.exec(first) ?? [];
  const salt = randomBytes(16);
  const key = pbkdf2Sync(password, salt, 4_096, 32, 'sm3');
  const stored = createHash('sm3')
    .update(mac('sm3', key, 'Client Key'))
    .digest();
  const challenged = `r=${nonce}${randomBytes(9).toString('base64')},s=${salt.toString('base64')},i=4096`;
  client.write(authentication(11, Buffer.from(challenged)));
  const [, final = '', proof = ''] = /^(c=biws,r=[^,]+),p=(.+)$/.exec((await receive()).toString('utf8')) ?? [];
  const talk = `${bare},${challenged},${final}`;
  const clientKey = mixed(Buffer.from(proof, 'base64'), mac('sm3', stored, talk));
  if (!createHash('sm3').update(clientKey).digest().equals(stored)) return false;
  client.write(
    authentication(12, Buffer.from(`v=${mac('sm3', mac('sm3', key, 'Server Key'), talk).toString('base64')}`)),
  );
  return true;
}
