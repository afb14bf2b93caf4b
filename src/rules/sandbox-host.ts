/** The sandbox's server: real-looking files below its root, the same for the same seed, with faults that hardening cures. */
import { ACCOUNT_FILES } from './sandbox/accounts.ts';
import { hostSeed } from './sandbox/seed.ts';
import { SERVER_FILES } from './sandbox/server.ts';

/** A file to write below the sandbox host's root: no leading slash; folders in between are 0700. */
export interface SandboxFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** All files of the sandbox server. Every rule that a file cannot cure passes there or does not apply. */
export function sandboxHostFiles(seed: string): SandboxFile[] {
  const drawn = hostSeed(seed);
  return [...ACCOUNT_FILES, ...SERVER_FILES].map(({ path, mode, text }) => ({
    path,
    mode,
    bytes: Buffer.from(text(drawn), 'utf8'),
  }));
}
