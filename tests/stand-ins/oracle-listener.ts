/** What a listener does to a client that it does not want: a TNS REFUSE packet with an ORA- text, silence, a reset, or bytes that trickle. */
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Stoppable } from './port.ts';

export type Behaviour =
  | { readonly kind: 'refuse'; readonly code: number }
  | { readonly kind: 'silent' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'close' }
  | { readonly kind: 'slow' };

export interface OracleListener extends Stoppable {
  readonly port: number;
  /** Connections accepted so far. */
  connections(): number;
}

const REFUSE = 4;

/** Starts one on a free port; with `tls` (TCPS) it takes whom its authority knows. */
export async function startOracleListener(behaviour: Behaviour, tls?: TlsOptions): Promise<OracleListener> {
  const sockets = new Set<Socket>();
  let count = 0;
  const greet = (socket: Socket): void => {
    count++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', () => answer(socket, behaviour));
  };
  const server = tls === undefined ? createServer(greet) : createTlsServer(tls, greet);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => count,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function answer(socket: Socket, behaviour: Behaviour): void {
  if (behaviour.kind === 'refuse') socket.end(refusal(behaviour.code));
  if (behaviour.kind === 'reset') socket.resetAndDestroy();
  if (behaviour.kind === 'close') socket.end();
  if (behaviour.kind === 'slow') trickle(socket, refusal(12514));
}

/** Header (length, checksum, type, flags, checksum), user and system reason, length of the text, the text. */
export function refusal(code: number): Buffer {
  const text = `(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=${code})(ERROR_STACK=(ERROR=(CODE=${code})(EMFI=4))))`;
  const packet = Buffer.alloc(12 + text.length);
  packet.writeUInt16BE(packet.length, 0);
  packet.writeUInt8(REFUSE, 4);
  packet.writeUInt8(1, 8);
  packet.writeUInt16BE(text.length, 10);
  packet.write(text, 12, 'latin1');
  return packet;
}

/** One byte every 400 ms. */
function trickle(socket: Socket, bytes: Buffer): void {
  let at = 0;
  const timer = setInterval(() => socket.write(bytes.subarray(at, ++at)), 400);
  socket.once('close', () => clearInterval(timer));
}
