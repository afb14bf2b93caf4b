/** PAM stacks out of gathered facts. */
import { type Facts, type Need, namesIn, textFile } from './facts.ts';
import { type PamLine, pamStack } from './pam.ts';

/** Every service file: stacks include each other. */
export const PAM_NEEDS: readonly Need[] = [{ kind: 'folder', path: '/etc/pam.d', files: '' }];

/** The shared stacks that this host has: `system-auth` and `password-auth`, or Debian's `common-*`. */
export function pamServices(facts: Facts, type: 'auth' | 'password'): string[] {
  const names = new Set(namesIn(facts, '/etc/pam.d') ?? []);
  return ['system-auth', 'password-auth', `common-${type}`].filter((name) => names.has(name));
}

/** One management group of a service, includes followed. */
export function stackOf(facts: Facts, type: string, service: string): PamLine[] {
  const names = new Set(namesIn(facts, '/etc/pam.d') ?? []);
  return pamStack(type, service, (name) => (names.has(name) ? textFile(facts, `/etc/pam.d/${name}`)?.text : undefined));
}
