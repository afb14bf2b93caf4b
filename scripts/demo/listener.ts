/** An Oracle listener that refuses: speaks just enough TNS to say ORA-12514, as a listener does for a service it does not know. */
import { createServer } from 'node:net';

const REFUSE = 4;

/** The TNS packet that refuses a connection with an Oracle error number. */
export function refusal(error: number): Buffer {
  const words = `(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=${error})(ERROR_STACK=(ERROR=(CODE=${error})(EMFI=4))))`;
  const data = Buffer.from(words, 'ascii');
  const head = Buffer.alloc(12);
  head.writeUInt16BE(head.length + data.length, 0);
  head.writeUInt8(REFUSE, 4);
  head.writeUInt8(0x22, 8);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

export interface Listener {
  readonly port: number;
  /** Connections refused so far. */
  refused(): number;
  close(): void;
}

/** Listens on a free port of this machine alone. */
export function listen(error = 12514): Promise<Listener> {
  let refused = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      refused += 1;
      socket.end(refusal(error));
    });
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ port, refused: () => refused, close: () => void server.close() });
    });
  });
}
