/** The roster: who exists now, from the first entry and the approved changes alone. */
import { generateKeyPairSync } from 'node:crypto';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import type { Draft, Entry } from '../../src/core/event.ts';
import type { Operator, Role } from '../../src/core/operator.ts';
import { ed25519Pem, isAgeRecipient } from '../../src/records/public-keys.ts';
import { conflictOf, foldRoster, operatorOf } from '../../src/records/roster.ts';

const person = (name: string, roles: readonly Role[] = ['data'], more: Partial<Operator> = {}): Operator => ({
  ...{ name, roles, party: 'contractor', key: `key of ${name}` },
  ...more,
});

const entry = (seq: number, draft: Draft): Entry =>
  ({ seq, prev: '', hash: '', body: { ...draft, t: `2026-01-0${seq}T00:00:00.000Z` } }) as unknown as Entry;

const genesis = (...operators: Operator[]): Entry => entry(1, { type: 'log.genesis', data: { site: '/s', operators } });
const changed = (seq: number, change: 'add' | 'retire', operator: Operator): Entry =>
  entry(seq, { type: 'operator.changed', data: { change, operator, by: 'he' } });

describe('foldRoster', () => {
  it('begins with the root of trust and follows approved changes only', () => {
    const proposed = entry(2, {
      type: 'operator.proposed',
      data: { change: 'add', operator: person('eve'), digest: 'd' },
    });
    const roster = foldRoster([genesis(person('li')), proposed, changed(3, 'add', person('wu'))]);
    expect([...roster.keys()]).toEqual(['li', 'wu']);
    expect(roster.get('wu')?.since).toBe(3);
  });

  it('a retired operator stays listed, with the key that earlier signatures need', () => {
    const forged = { ...person('li'), key: 'another' };
    const roster = foldRoster([genesis(person('li', ['system'], { account: 'ops' })), changed(4, 'retire', forged)]);
    expect(roster.get('li')).toMatchObject({ key: 'key of li', retired: '2026-01-04T00:00:00.000Z' });
    expect(operatorOf(roster, 'ops')).toBeUndefined();
  });

  it('a second first entry changes nothing', () => {
    const second = { ...genesis(person('eve')), seq: 2 };
    expect([...foldRoster([genesis(person('li')), second]).keys()]).toEqual(['li']);
  });
});

describe('conflictOf', () => {
  it.each([
    [['system'], false],
    [['system', 'data', 'approver'], false],
    [['system', 'security'], true],
    [['auditor', 'security'], true],
    [['auditor', 'data', 'system'], true],
  ] as const)('%j', (roles, conflict) => expect(conflictOf(roles) !== undefined).toBe(conflict));
});

describe('public keys', () => {
  it('an Ed25519 public key in PEM, and nothing else', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(ed25519Pem(`\n${pem}\n`)).toBe(pem);
    expect(ed25519Pem(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toBeUndefined();
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    expect(ed25519Pem(rsa.export({ type: 'spki', format: 'pem' }).toString())).toBeUndefined();
    for (const text of ['', 'x', pem.slice(0, 60), pem.replace('MCow', 'MCox')])
      expect(ed25519Pem(text)).toBeUndefined();
  });

  it('an age recipient whose checksum holds; one letter wrong is seen', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity());
    expect(isAgeRecipient(recipient)).toBe(true);
    for (let at = 4; at < recipient.length; at += 7) {
      const letter = recipient[at] === 'q' ? 'p' : 'q';
      expect(isAgeRecipient(recipient.slice(0, at) + letter + recipient.slice(at + 1))).toBe(false);
    }
    for (const text of ['', 'age1', recipient.toUpperCase(), ` ${recipient}`]) expect(isAgeRecipient(text)).toBe(false);
  });
});
