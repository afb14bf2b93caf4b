/** A TCP proxy on loopback that can turn into a network that swallows everything, or cuts. */
import { connect, createServer, type Socket } from 'node:net';
import type { Stoppable } from './port.ts';

export interface TcpProxy extends Stoppable {
  readonly port: number;
  /** After so many further bytes from the server nothing passes in either direction, and nobody is told. */
  swallowAfter(bytes: number): void;
  /** After so many further bytes from the server the client's connection is reset. */
  cutAfter(bytes: number): void;
  /** Bytes from the server so far. */
  passed(): number;
}

/** Passes everything to `target` on this machine until told otherwise. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let passed = 0;
  let left = Number.POSITIVE_INFINITY;
  let cuts = false;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk) => left > 0 && upstream.write(chunk));
    upstream.on('data', (chunk) => {
      passed += chunk.length;
      left -= chunk.length;
      if (left > 0) client.write(chunk);
      else if (cuts) client.resetAndDestroy();
    });
    client.once('close', () => left > 0 && upstream.destroy());
    upstream.once('close', () => left > 0 && client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    swallowAfter: (bytes) => {
      left = bytes;
    },
    cutAfter: (bytes) => {
      left = bytes;
      cuts = true;
    },
    passed: () => passed,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
