/** The roster: who exists now, from the first entry and the approved changes alone. */
import { generateKeyPairSync } from 'node:crypto';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import type { Operator, Role } from '../../src/core/operator.ts';
import { fakeWorld, type Outside } from '../../src/engine/fake-world.ts';
import { ed25519Pem, isAgeRecipient } from '../../src/records/public-keys.ts';
import { conflictOf, foldRoster, operatorOf, rosterOf } from '../../src/records/roster.ts';
import { changeRoster, operator, site } from '../worlds/books.ts';

const person = (name: string, roles: readonly Role[] = ['data'], more: Partial<Operator> = {}): Operator => ({
  ...{ name, roles, party: 'contractor', key: `key of ${name}` },
  ...more,
});

const changed = (out: Outside, change: 'add' | 'retire', who: Operator, subject?: string) => {
  const draft = { type: 'operator.changed' as const, data: { change, operator: who, by: 'he' } };
  return fakeWorld(out).keep.append([subject === undefined ? draft : { ...draft, subject }]);
};

describe('foldRoster', () => {
  it('begins with the root of trust and follows what the security officer signed', async () => {
    const out = site();
    await changeRoster(out, { change: 'add', operator: person('wu') }, 'he');
    const roster = foldRoster(out.entries);
    expect([...roster.keys()]).toEqual(['li', 'chen', 'qin', 'he', 'wu']);
    expect(await rosterOf(fakeWorld(out).keep)).toEqual(roster);
    expect((await rosterOf(fakeWorld(out).keep, out.entries.length - 1)).has('wu')).toBe(false);
  });

  it('a change that nobody, or nobody entitled, signed changes nothing', async () => {
    const out = site();
    await changed(out, 'add', person('eve'));
    await changed(out, 'add', person('eve'), 'O-20260105-00007');
    await changed(out, 'retire', operator('he'));
    for (const [at, signer] of ['chen', 'qin', 'li'].entries())
      await changeRoster(out, { change: 'add', operator: person('eve') }, signer, `O-20260105-0001${at}`);
    expect([...foldRoster(out.entries).keys()]).toEqual(['li', 'chen', 'qin', 'he']);
    expect(foldRoster(out.entries).get('he')?.retired).toBeUndefined();
  });

  it('a signature holds for the very operator that was shown, and for one change', async () => {
    const out = site();
    const id = 'O-20260105-00001';
    await changeRoster(out, { change: 'add', operator: person('wu') }, 'he', id);
    await changed(out, 'add', person('wu', ['security']), id);
    await changed(out, 'add', person('eve'), id);
    expect([...foldRoster(out.entries).values()].at(-1)).toMatchObject({ name: 'wu', roles: ['data'] });
    await changeRoster(out, { change: 'retire', operator: person('wu'), reason: 'left' }, 'he', 'O-20260105-00002');
    await changed(out, 'add', person('wu'), id);
    expect(foldRoster(out.entries).get('wu')?.retired).toBeDefined();
  });

  it('a retired officer signs nothing; a retired operator stays listed, with the key that earlier signatures need', async () => {
    const out = site();
    await changeRoster(out, { change: 'add', operator: person('hu', ['security'], { account: 'ops' }) }, 'he');
    expect(operatorOf(foldRoster(out.entries), 'ops')?.name).toBe('hu');
    const forged = { ...person('hu'), key: 'another' };
    await changeRoster(out, { change: 'retire', operator: forged }, 'he', 'O-20260105-00002');
    expect(foldRoster(out.entries).get('hu')).toMatchObject({ key: 'key of hu', retired: expect.any(String) });
    expect(operatorOf(foldRoster(out.entries), 'ops')).toBeUndefined();
    await changeRoster(out, { change: 'retire', operator: operator('he') }, 'he', 'O-20260105-00003');
    await changeRoster(out, { change: 'add', operator: person('eve') }, 'he', 'O-20260105-00004');
    expect(foldRoster(out.entries).has('eve')).toBe(false);
  });

  it('a second first entry changes nothing', async () => {
    const out = site();
    await fakeWorld(out).keep.append([{ type: 'log.genesis', data: { site: 'fake', operators: [person('eve')] } }]);
    expect(foldRoster(out.entries).has('eve')).toBe(false);
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
