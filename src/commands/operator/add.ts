/** `operator add`: proposes a new operator. */
import { isDate } from '../../core/inputs.ts';
import { notAllowed } from '../../core/nearest.ts';
import { type Operator, PARTIES, ROLES, type Role } from '../../core/operator.ts';
import type { Report } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { ed25519Pem, isAgeRecipient } from '../../records/public-keys.ts';
import { rosterOf } from '../../records/roster.ts';
import type { Call } from '../command.ts';
import { propose, troubleWith } from './proposal.ts';

const NOTHING = t('Nothing was proposed or recorded.');

/** Ends `done` when recorded; the approval is the next step. Data `{id, digest, change, operator, expires, command}`. */
export async function run(call: Call): Promise<Report> {
  const operator = await described(call);
  const roster = await rosterOf(call.session.world.keep);
  const proposal = { change: 'add', operator } as const;
  const trouble = troubleWith(proposal, roster);
  if (trouble)
    throw new Stop('refused', t('operator add {name}: {trouble}.', { name: operator.name, trouble }), {
      notDone: NOTHING,
      next: ['gxops operator list --all'],
    });
  return propose(proposal, t('New operator {name}', { name: operator.name }), call.session);
}

async function described(call: Call): Promise<Operator> {
  const { options } = call;
  const name = call.args[0] ?? '';
  if (!/^[a-z][a-z0-9._-]{0,31}$/.test(name))
    throw wrong('NAME', name, t('a lower-case letter, then letters, digits, dot, dash'));
  const account = given(options.account);
  if (account !== undefined && !/^[A-Za-z_][\w.-]{0,31}\$?$/.test(account))
    throw wrong('--account', account, t('an OS account name'));
  const age = await ageOf(call);
  return {
    name,
    roles: rolesOf(options.role),
    party: partyOf(given(options.party)),
    key: await keyOf(call),
    ...(age === undefined ? {} : { age }),
    ...(account === undefined ? {} : { account }),
    ...dates(call),
  };
}

const given = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function wrong(flag: string, value: string | undefined, allowed: Text): Stop {
  const values = { flag, value: value?.slice(0, 100) ?? '', allowed };
  const text =
    value === undefined
      ? t('{flag} is missing. Allowed: {allowed}.', values)
      : t('{flag}: “{value}” does not fit. Allowed: {allowed}.', values);
  return new Stop('usage', text, { notDone: NOTHING, next: ['gxops operator add --help'] });
}

function rolesOf(value: Call['options'][string]): readonly Role[] {
  const words = [Array.isArray(value) ? value : []].flat().flatMap((word: string) => word.split(','));
  if (words.length === 0) throw wrong('--role', undefined, ROLES.join(', '));
  return [...new Set(words)].map((word) => {
    const role = ROLES.find((one) => one === word);
    if (role === undefined) throw notAllowed('--role', word, ROLES, ['gxops operator add --help']);
    return role;
  });
}

function partyOf(value: string | undefined): Operator['party'] {
  if (value === undefined) throw wrong('--party', undefined, PARTIES.join(', '));
  const party = PARTIES.find((one) => one === value);
  if (party === undefined) throw notAllowed('--party', value, PARTIES, ['gxops operator add --help']);
  return party;
}

async function keyOf(call: Call): Promise<string> {
  const file = given(call.options.key);
  const allowed = t('a file with an Ed25519 public key (PEM, BEGIN PUBLIC KEY)');
  if (file === undefined) throw wrong('--key', undefined, allowed);
  const text = Buffer.from(await call.read('--key', file, 64 * 1024)).toString('utf8');
  if (text.includes('PRIVATE KEY')) {
    throw new Stop('usage', t('--key: {file} holds a private key. Allowed: {allowed}.', { file, allowed }), {
      notDone: t('Nothing was proposed, and the key was not recorded.'),
      safe: t('Its owner keeps the private half; hand in the .pub file only.'),
    });
  }
  const key = ed25519Pem(text);
  if (key === undefined) throw wrong('--key', file, allowed);
  return key;
}

async function ageOf(call: Call): Promise<string | undefined> {
  const value = given(call.options.age);
  if (value === undefined) return undefined;
  if (/^AGE-SECRET-KEY-/i.test(value))
    throw wrong('--age', 'AGE-SECRET-KEY-…', t('the recipient (age1…), never the identity'));
  const text = value.startsWith('age1')
    ? value
    : Buffer.from(await call.read('--age', value, 4096))
        .toString('utf8')
        .trim();
  if (isAgeRecipient(text)) return text;
  throw wrong('--age', value, t('an age recipient, age1 and 58 characters whose checksum holds, or its .pub file'));
}

function dates({ options }: Call): Partial<Operator> {
  const found = (['undertaking', 'training', 'clearance'] as const).flatMap((flag) => {
    const value = given(options[flag]);
    if (value === undefined) return [];
    if (!isDate(value)) throw wrong(`--${flag}`, value, t('a date, YYYY-MM-DD'));
    return [[flag, value] as const];
  });
  return Object.fromEntries(found);
}
