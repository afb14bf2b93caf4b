/** Where the sandbox server's varying parts come from: letters, numbers and addresses drawn from the seed by name. */
import { sha256 } from '../../core/json.ts';

export interface HostSeed {
  /** `length` characters of the crypt(3) alphabet for a name; no hash of anything, so no password fits it. */
  letters(name: string, length: number): string;
  /** A whole number from 0 up to (not including) `below`. */
  number(name: string, below: number): number;
  readonly host: string;
  readonly address: string;
  readonly gateway: string;
}

/** A file of the sandbox server as text made from the seed. `path` is below the host's root, without leading slash. */
export interface HostText {
  readonly path: string;
  readonly mode: number;
  text(seed: HostSeed): string;
}

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The same seed gives the same answers for ever. */
export function hostSeed(seed: string): HostSeed {
  const bytes = (name: string, length: number): Buffer => {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, block) => sha256(`${seed}\0${name}\0${block}`));
    return Buffer.from(blocks.join(''), 'hex').subarray(0, length);
  };
  const letters = (name: string, length: number): string =>
    [...bytes(name, length)].map((byte) => ALPHABET[byte & 63]).join('');
  const number = (name: string, below: number): number => bytes(name, 4).readUInt32BE() % below;
  const net = `10.${20 + number('network', 40)}.${number('subnet', 250)}`;
  const host = `inv-app${String(1 + number('host', 9)).padStart(2, '0')}`;
  return { letters, number, host, address: `${net}.${10 + number('address', 200)}`, gateway: `${net}.254` };
}
