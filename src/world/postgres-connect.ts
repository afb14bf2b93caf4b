/** One connection of `pg` whose bytes pass our hands: logins that it does not speak are ours, and so is bulk data. */
import { EventEmitter } from 'node:events';
import { Socket, type SocketConstructorOpts } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { Client, Submittable } from 'pg';
import type { DatabaseSpec } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { type Talk, talkOf } from './postgres-login.ts';
import type { Secret } from './secret.ts';

export type PostgresSpec = Extract<DatabaseSpec, { kind: 'postgres' }>;

/** Milliseconds for a connection, and for a request to cancel. */
const CONNECT_TIMEOUT = 5_000;
const CANCEL_TIMEOUT = 2_000;

export interface Wire {
  readonly client: Client;
  /** Sends the connection's bytes to `reader` instead of `pg`, to be copied at once; undefined gives them back. */
  tap(reader: ((chunk: Uint8Array) => void) | undefined): void;
  /** Hands `pg` one whole message that a reader has met. */
  forward(message: Uint8Array): void;
  readonly socket: Socket;
  /** The server's number of this session. */
  readonly session: number;
  /** What `pg` uses underneath; for statements that are only described. */
  readonly connection: Protocol;
  /** Asks the server over a connection of its own to end what runs; resolves when it has been asked, or cannot be. Never throws. */
  cancel(): Promise<void>;
  /** Leaves; a server that does not answer is left all the same. */
  close(): Promise<void>;
}

/** The part of `pg`'s own connection that is used here (node_modules/pg/lib/connection.js). */
export interface Protocol extends EventEmitter {
  readonly stream: Socket;
  attachListeners(stream: EventEmitter): void;
  connect(port: number, host: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  parse(query: { text: string; types?: readonly number[] }): void;
  bind(config: object): void;
  describe(message: { type: 'S' | 'P'; name: string }): void;
  execute(config: object): void;
  sync(): void;
}

/** Connects and logs in. The errors of the server and of the socket come as they are; our own refusals are Stop. */
export async function connectPostgres(spec: PostgresSpec, secret: Secret | undefined): Promise<Wire> {
  const { Client, Connection } = (await import('pg')).default;
  // A function, so that the driver asks neither PGPASSWORD nor ~/.pgpass.
  const password = () => secret?.reveal() ?? '';
  const tls = spec.tls === true;
  const ssl = tls ? { rejectUnauthorized: true, ca: authorities() } : false;
  const { host, database, user } = spec;
  const port = spec.port ?? 5432;
  const timing = { connectionTimeoutMillis: CONNECT_TIMEOUT, keepAlive: true };
  const reading = tls ? undefined : readingSocket();
  const stream = reading === undefined ? {} : { stream: () => reading.socket };
  const client = new Client({
    ...stream,
    host,
    port,
    database,
    user,
    password,
    ssl,
    ...timing,
    application_name: 'gxops',
  });
  // A lost connection between two statements must not become an uncaught error: the next statement meets it.
  client.on('error', () => undefined);
  const connection = client.connection as unknown as Protocol;
  const line = lineOf(connection, talkOf({ user, tls, password }), reading);
  await client.connect();
  const begin = () => new Connection({ ssl }) as unknown as Protocol;
  return {
    client,
    connection,
    tap: line.tap,
    forward: line.forward,
    socket: connection.stream,
    session: (client as unknown as Backend).processID,
    cancel: () => cancelOver(begin, client as unknown as Backend, { host, port, tls }),
    close: () => closed(client, connection.stream),
  };
}

/** Whom TLS believes: what the runtime knows, and what the system's own store adds (an authority of the house). */
function authorities(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

interface ReadingSocket {
  readonly socket: Socket;
  /** What is told holds until the next is told. */
  hear(listener: (chunk: Uint8Array) => void): void;
}

/** A socket that reads into one buffer of ours: bulk data would otherwise leave tens of megabytes that wait to be collected. */
function readingSocket(): ReadingSocket {
  let listener: (chunk: Uint8Array) => void = () => undefined;
  const callback = (length: number, buffer: Uint8Array): boolean => {
    listener(buffer.subarray(0, length));
    return true;
  };
  const options: SocketConstructorOpts = { onread: { buffer: new Uint8Array(64 * 1024), callback } };
  return {
    socket: new Socket(options),
    hear(other) {
      listener = other;
    },
  };
}

interface Line {
  tap(reader: ((chunk: Uint8Array) => void) | undefined): void;
  forward(message: Uint8Array): void;
}

/** Puts us between the socket and `pg`. Until the login is through, whole messages are looked at. */
function lineOf(connection: Protocol, talk: Talk, reading: ReadingSocket | undefined): Line {
  const front = new EventEmitter();
  const attach = connection.attachListeners.bind(connection);
  const forward = (message: Uint8Array): void => {
    front.emit('data', Buffer.from(message.buffer, message.byteOffset, message.byteLength));
  };
  // `pg` keeps what is not yet whole: it gets bytes of its own.
  const hand = (chunk: Uint8Array): void => forward(chunk.slice());
  let reader: (chunk: Uint8Array) => void = hand;
  connection.attachListeners = (stream) => {
    attach(front);
    reader = sieve(talk, connection, forward, (rest) => {
      reader = hand;
      forward(rest);
    });
    const hear = (chunk: Uint8Array): void => {
      try {
        reader(chunk);
      } catch (error) {
        // Bytes that no server sends: `pg` throws at some of them, and so do we.
        connection.stream.destroy(error instanceof Stop ? error : new Stop('failed', NOT_THE_PROTOCOL));
      }
    };
    if (reading === undefined) stream.on('data', hear);
    else reading.hear(hear);
    stream.on('end', () => front.emit('end'));
  };
  return { forward, tap: (other) => (reader = other ?? hand) };
}
const NOT_THE_PROTOCOL = t('what answers does not speak the protocol of PostgreSQL');

/** A login is short: a message of this length is none. */
const LONGEST_OF_LOGIN = 64 * 1024;

function sieve(
  talk: Talk,
  connection: Protocol,
  forward: (message: Uint8Array) => void,
  through: (rest: Uint8Array) => void,
): (chunk: Uint8Array) => void {
  let held = Buffer.alloc(0);
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 5) {
      const length = held.readUInt32BE(1) + 1;
      if (length < 5 || length > LONGEST_OF_LOGIN) throw new Error('no message of a login');
      if (held.length < length) return;
      const message = held.subarray(0, length);
      held = held.subarray(length);
      const answer = message[0] === 0x52 && length >= 9 ? talk(message.subarray(5)) : undefined;
      if (answer === undefined) forward(message);
      else if (answer.length > 0) connection.stream.write(answer);
      if (message[0] === 0x5a) return through(held);
    }
  };
}

interface Backend {
  readonly processID: number;
  readonly secretKey: number;
}

interface Where {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

function cancelOver(begin: () => Protocol, backend: Backend, { host, port, tls }: Where): Promise<void> {
  return new Promise((resolve) => {
    const connection = begin();
    const done = (): void => {
      clearTimeout(timer);
      connection.stream.destroy();
      resolve();
    };
    const timer = setTimeout(done, CANCEL_TIMEOUT);
    connection.on('error', done);
    connection.once('end', done);
    connection.once('connect', () =>
      tls ? connection.requestSsl() : connection.cancel(backend.processID, backend.secretKey),
    );
    connection.once('sslconnect', () => connection.cancel(backend.processID, backend.secretKey));
    connection.connect(port, host);
  });
}

async function closed(client: Client, socket: Socket): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), CANCEL_TIMEOUT);
  await client.end().catch(() => undefined);
  clearTimeout(timer);
  socket.destroy();
}

/** What `pg` calls on a statement that runs itself; each may be left out but these. */
export interface Running extends Submittable {
  handleError(error: Error): void;
  handleReadyForQuery(): void;
  handleRowDescription(message: { fields: readonly Field[] }): void;
  handleCommandComplete(message: { text: string }): void;
  handleDataRow(): void;
  handlePortalSuspended(): void;
  handleEmptyQuery(): void;
  handleCopyInResponse(): void;
  handleCopyData(): void;
}

/** A column as the server describes it. */
export interface Field {
  readonly name: string;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
}

/** A statement of ours with what it cares for; the rest is ignored. */
export function running(submit: (connection: Protocol) => void, handlers: Partial<Running>): Running {
  const nothing = (): void => undefined;
  return {
    handleError: nothing,
    handleReadyForQuery: nothing,
    handleRowDescription: nothing,
    handleCommandComplete: nothing,
    handleDataRow: nothing,
    handlePortalSuspended: nothing,
    handleEmptyQuery: nothing,
    handleCopyInResponse: nothing,
    handleCopyData: nothing,
    ...handlers,
    submit: (connection) => submit(connection as unknown as Protocol),
  };
}
