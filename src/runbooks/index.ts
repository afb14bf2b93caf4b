/** The shipped runbooks that run by their name; each is loaded when it is asked for. */
import type { Runbook } from '../core/runbook.ts';

/** By name. The extraction is not here: it runs from an application, never by name. */
export const SHIPPED: Readonly<Record<string, () => Promise<Runbook>>> = {
  'harden-linux': async () => (await import('./harden-linux.ts')).hardenLinux,
};
