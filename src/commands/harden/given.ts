/** Options of `harden` as lists: given several times, or separated by commas. */
import { notAllowed } from '../../core/nearest.ts';
import type { Call } from '../command.ts';

/** The values of a repeated option; empty where it is not given. */
export function givenList(call: Call, name: string): string[] {
  const value = call.options[name];
  const values = typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : [];
  return values
    .flatMap((one) => one.split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** Hosts by name, or `standard` where none is given; Stop('usage') naming the nearest for one that site.yml does not have. */
export function givenHosts(call: Call, standard: readonly string[] = []): string[] {
  const known = Object.keys(call.session.site.hosts);
  const given = [...new Set(givenList(call, 'host'))];
  const hosts = given.length === 0 ? [...standard] : given;
  const wrong = hosts.find((host) => !known.includes(host));
  if (wrong !== undefined) throw notAllowed('--host', wrong, known, ['gxops site show']);
  return hosts;
}
