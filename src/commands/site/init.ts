/** `site init`: a new site folder with its root of trust; with --sandbox a complete one that needs nothing installed. */
import type { Operator, Party, Role } from '../../core/operator.ts';
import type { Report } from '../../core/report.ts';
import { shellLine } from '../../core/shell.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Keep } from '../../core/world.ts';
import { ruleDigests } from '../../rules/extract-rules.ts';
import { sandboxDatabases } from '../../rules/sandbox-data.ts';
import { sandboxHostFiles } from '../../rules/sandbox-host.ts';
import { parseSite } from '../../rules/site.ts';
import { freshSiteYaml, sandboxSiteYaml } from '../../rules/site-start.ts';
import type { Call } from '../command.ts';

type Person = Omit<Operator, 'key' | 'age'>;

/** The people of every sandbox: three engineers of the contractor, five of the purchaser. */
const SANDBOX_PEOPLE: readonly (readonly [name: string, role: Role, party: Party])[] = [
  ['zhang', 'data', 'contractor'],
  ['li', 'system', 'contractor'],
  ['wang', 'app', 'contractor'],
  ['chen', 'approver', 'purchaser'],
  ['qin', 'owner', 'purchaser'],
  ['zhao', 'recipient', 'purchaser'],
  ['sun', 'auditor', 'purchaser'],
  ['he', 'security', 'purchaser'],
];
const MOST_ROWS = 10_000_000;

/** Data `{site, rows, operators}`. Stop('usage') where the folder holds anything; then nothing was written. */
export async function run(call: Call): Promise<Report> {
  if (call.options.sandbox !== true) return fresh(call);
  const rows = rowsOf(call.options.rows, call.session.site.dir);
  const seed = typeof call.options.seed === 'string' ? call.options.seed : 'gxops';
  const { keep, look } = call.session.world;
  const { user } = await look.machine();
  const yaml = sandboxSiteYaml(await keep.template('site.yml'));
  await keep.establish({
    files: [
      { path: 'site.yml', bytes: Buffer.from(yaml) },
      ...(await runbookFiles(keep)),
      ...sandboxHostFiles(seed).map((file) => ({ ...file, path: `sandbox/host/${file.path}` })),
    ],
    databases: sandboxDatabases(rows, seed),
  });
  const today = call.session.world.now().toISOString().slice(0, 10);
  const people = SANDBOX_PEOPLE.map(
    ([name, role, party]): Person => ({
      ...{ name, roles: [role], party, undertaking: today },
      unit: party === 'purchaser' ? '货物和劳务税处' : '驻场运维组',
      ...(name === 'li' ? { account: user } : {}),
    }),
  );
  const operators: Operator[] = [];
  for (const person of people) operators.push({ ...person, ...(await keep.makeKeys(person.name)) });
  await begin(keep, call, operators, yaml);
  return reported(call, operators, rows, ['doctor', 'runbook run harden-linux --input host=sandbox', 'harden check']);
}

/** Runbooks that a new site starts with; from then on they are the site's own. */
const RUNBOOKS = ['config-line.yml', 'restart-service.yml'];

function runbookFiles(keep: Keep): Promise<{ path: string; bytes: Uint8Array }[]> {
  return Promise.all(
    RUNBOOKS.map(async (name) => ({
      path: `runbooks/${name}`,
      bytes: Buffer.from(await keep.template(`runbooks/${name}`)),
    })),
  );
}

/** The first record: who is trusted, and the extraction rules that the site begins with. */
async function begin(keep: Keep, call: Call, operators: readonly Operator[], yaml: string): Promise<void> {
  const { dir } = call.session.site;
  const site = parseSite(yaml, dir, await keep.template('site.yml'));
  const rules = Object.keys(site.databases).flatMap((name) => Object.values(ruleDigests(site, name)));
  await keep.append([{ type: 'log.genesis', data: { site: dir, operators, rules: [...new Set(rules)] } }]);
}

function rowsOf(given: Call['options'][string], dir: string): number {
  if (given === undefined) return 2000;
  const rows = typeof given === 'string' && /^\d{1,8}$/.test(given) ? Number(given) : 0;
  if (rows >= 1 && rows <= MOST_ROWS) return rows;
  throw new Stop(
    'usage',
    t('--rows: {given} is not a number of rows. Allowed: 1 to {most}.', { given: `${given}`, most: MOST_ROWS }),
    {
      notDone: t('No site was made; nothing was written.'),
      next: [shellLine(['gxops', 'site', 'init', dir, '--sandbox', '--rows', '2000'])],
    },
  );
}

function reported(call: Call, operators: readonly Operator[], rows: number, next: readonly string[]): Report {
  const { dir } = call.session.site;
  const lines = operators.map(({ name, roles, party, account }): Text[] => [
    name,
    roles.join(', '),
    party,
    account ?? '',
  ]);
  return {
    title: t('Site made: {dir}', { dir }),
    verdict: 'done',
    sections: [
      {
        kind: 'table',
        heading: t('Operators'),
        columns: [t('name'), t('role'), t('party'), t('OS account')],
        rows: lines,
      },
    ],
    data: { site: dir, rows, operators: operators.map(({ name }) => name) },
    next: next.map((words) => `${shellLine(['gxops', '--site', dir])} ${words}`),
  };
}

/** A site for real work: the first operator and the security officer are the root of trust, their keys encrypted by passphrases. */
async function fresh(call: Call): Promise<Report> {
  for (const name of ['rows', 'seed'])
    if (call.options[name] !== undefined)
      throw new Stop('usage', t('--{name} goes with --sandbox only.', { name }), {
        notDone: t('No site was made; nothing was written.'),
        next: ['gxops help site init'],
      });
  const { world } = call.session;
  const site = await textAnswer(
    call,
    'site-name',
    t('What is the site called (printed on plans and reports)?'),
    '.{1,80}',
  );
  const first = await textAnswer(call, 'operator', t('Name of the first operator (you):'), NAME);
  const security = await textAnswer(call, 'security', t('Name of the security officer of the purchaser:'), NAME);
  if (first === security)
    throw new Stop(
      'usage',
      t('--answer security: the security officer must be another person than {first}.', { first }),
      {
        notDone: t('No site was made; nothing was written.'),
      },
    );
  const secrets = new Map<string, string>();
  for (const name of [first, security]) secrets.set(name, await passphrase(call, name));
  const { user } = await world.look.machine();
  const yaml = freshSiteYaml(await world.keep.template('site.yml'), site);
  const files = [{ path: 'site.yml', bytes: Buffer.from(yaml) }, ...(await runbookFiles(world.keep))];
  await world.keep.establish({ files, databases: [] });
  const people: Person[] = [
    { name: first, roles: ['system'], party: 'contractor', account: user },
    { name: security, roles: ['security'], party: 'purchaser' },
  ];
  const operators: Operator[] = [];
  for (const person of people)
    operators.push({ ...person, ...(await world.keep.makeKeys(person.name, secrets.get(person.name) ?? '')) });
  await begin(world.keep, call, operators, yaml);
  const report = reported(call, operators, 0, ['site check', 'doctor', 'operator add --help']);
  const handOver = t(
    'Hand each key file under keys/ to its owner and remove it here; its owner names it with --key FILE.',
  );
  return { ...report, sections: [...report.sections, { kind: 'text', heading: t('Private keys'), lines: [handOver] }] };
}

/** What an operator may be called: part of file names, flags and records. */
const NAME = '[a-z][a-z0-9._-]{0,31}';

async function textAnswer(call: Call, id: string, message: Text, match: string): Promise<string> {
  const answer = await call.session.world.ask({ id, kind: 'text', message, match: `^${match}$` });
  const text = String(answer).trim();
  if (new RegExp(`^${match}$`, 'u').test(text)) return text;
  throw new Stop('usage', t('--answer {id}: “{text}” does not fit. Allowed: text like {match}.', { id, text, match }), {
    notDone: t('No site was made; nothing was written.'),
  });
}

async function passphrase(call: Call, name: string): Promise<string> {
  const ask = (id: string, message: Text) => call.session.world.ask({ id, kind: 'secret', message });
  const first = await ask(
    `passphrase-${name}`,
    t('Passphrase for the keys of {name} (12 characters or more):', { name }),
  );
  const again = await ask(`passphrase-${name}-again`, t('The same passphrase once more:'));
  if (first === again && String(first).length >= 12) return String(first);
  throw new Stop('usage', t('The passphrases for {name} differ or are shorter than 12 characters.', { name }), {
    notDone: t('No site was made; nothing was written.'),
  });
}
