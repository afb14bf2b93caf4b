/** The extraction: judge the stored application again, let the purchaser approve its very digest, release the masked, encrypted rows. */
import type { Finding } from '../core/finding.ts';
import { digestOf, type Json } from '../core/json.ts';
import type { Seat } from '../core/operator.ts';
import { planDigest } from '../core/plan.ts';
import type { Artefact, Product } from '../core/product.ts';
import { defineRunbook, type Moment, type Runbook } from '../core/runbook.ts';
import type { Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { speak, type Text, t } from '../core/text.ts';
import { openFor, windowsOf, windowText } from '../core/window.ts';
import type { ColumnSeen } from '../core/world.ts';
import { type Application, databaseIdentity, guardRules, queryOf } from '../rules/application.ts';
import { ruleDigests } from '../rules/extract-rules.ts';
import { formFor, policyFor } from '../rules/forms/form.ts';
import { rowsPerPart, sliceKey, slicesOf } from '../rules/slices.ts';
import { agree, type Guarded, guard } from '../rules/sql/guard.ts';
import { placeOf, type Refusal } from '../rules/sql/refusal.ts';
import type { Sliceable } from '../rules/sql/sliceable.ts';
import { loadFindings, timeFindings } from './extract-checks.ts';
import { fileOf, partsReadme, readme } from './extract-readme.ts';

/** The runbook of one application. `tool` is the version that the manifest names. */
export function extractBook(application: Application, tool: string): Runbook {
  const book = defineRunbook({
    name: 'extract',
    version: 1,
    title: t('Data extraction'),
    purpose: t('Hands approved, masked and encrypted rows to a named recipient'),
    risk: 'high',
    inputs: [{ name: 'id', title: t('number of the application (E-…)'), type: 'string', required: true }],
    targets: () => [`database:${application.database}`],
    steps: [
      {
        id: 'judge',
        kind: 'check',
        title: t('Judge the statement again'),
        blocks: true,
        onFail: 'abort',
        look: (moment) => findings(application, moment),
      },
      {
        id: 'approval',
        kind: 'approve',
        title: t('Approval of the extraction'),
        seats: ({ site }) => extractSeats(application, site),
        subject: () => application.id,
      },
      {
        id: 'release',
        kind: 'produce',
        title: t('Extract, mask and encrypt'),
        releases: true,
        // What was sealed of a large one is worth going on with.
        onFail: application.parts === true ? 'suspend' : 'abort',
        make: (moment) => release(application, tool, book, moment),
      },
    ],
  });
  return book;
}

type Weighed = Pick<Application, 'columns' | 'limit' | 'database' | 'recipients' | 'rules'>;

/** One approver of the purchaser; the business owner and the security officer too where there are reasons. */
export function extractSeats(application: Weighed, site: Site): readonly Seat[] {
  const owner = reasonsForOwner(application, site).length > 0;
  return [
    { roles: ['approver'], party: 'purchaser' },
    ...(owner ? [{ roles: ['owner'], party: 'purchaser' } as const] : []),
    ...(application.rules.approved.rules ? [] : [{ roles: ['security'], party: 'purchaser' } as const]),
  ];
}

/**
 * Why the business owner must sign too: personal data in clear, very many rows, a recipient whose unit is not known to be the one
 * that owns the data, or a dictionary that nobody of the purchaser has confirmed.
 */
export function reasonsForOwner({ columns, limit, database, recipients, rules }: Weighed, site: Site): readonly Text[] {
  const unit = site.owners[database];
  const clear = columns.flatMap(({ name, mask }) => (mask === 'released' ? [name] : []));
  const strangers = recipients.flatMap((one) => (unit === undefined || one.unit !== unit ? [one.operator] : []));
  const most = site.limits.twoApprovalsAboveRows;
  return [
    ...(clear.length > 0 ? [t('released in clear: {columns}', { columns: clear.join(', ') })] : []),
    ...(limit > most ? [t('{limit} rows are more than {most}', { limit, most })] : []),
    ...(strangers.length > 0
      ? [t('not of the unit that owns the data ({unit}): {names}', { unit: unit ?? '?', names: strangers.join(', ') })]
      : []),
    ...(rules.approved.template ? [] : [t('nobody has reviewed this saved extract of the site yet')]),
    ...(rules.approved.dictionary ? [] : [t('the dictionary of columns is not the one that was confirmed')]),
  ];
}

/** Why the security officer must sign too. */
function reasonsForSecurity({ rules }: Weighed): readonly Text[] {
  return rules.approved.rules ? [] : [t('the approval rules in site.yml are not those that were approved')];
}

export type Judged =
  | { readonly guarded: Guarded; readonly tables: Json; readonly columns: Application['columns'] }
  | { readonly refusals: readonly Refusal[] };

/** Both judges on a statement: the guard by the catalogue, then the database itself by its own view of the columns. */
export async function judge(
  asked: Pick<Application, 'database' | 'sql' | 'clear' | 'saved'>,
  { look, site }: Pick<Moment, 'look' | 'site'>,
): Promise<Judged> {
  const catalogue = await look.catalogue(asked.database);
  const judgement = await guard(asked.sql, { ...guardRules(site, asked), catalogue });
  if (!judgement.ok) return { refusals: judgement.refusals };
  const seen = await seenBy(() => look.columns(asked.database, judgement.text));
  if ('code' in seen) return { refusals: [seen] };
  const refusals = agree(judgement, seen);
  if (refusals.length > 0) return { refusals };
  const columns = judgement.columns.map(({ mask }, i) => ({ name: seen[i]?.name ?? '', mask }));
  const read = catalogue.filter(({ table }) => judgement.tables.includes((table ?? '').toLowerCase()));
  const tables = read.map(({ table = '', name, type = '' }) => [table, name, type]);
  return { guarded: judgement, tables, columns };
}

/** What the database itself refuses is a refusal like the guard's. */
async function seenBy(look: () => Promise<readonly ColumnSeen[]>): Promise<readonly ColumnSeen[] | Refusal> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Stop) || error.verdict !== 'refused') throw error;
    return { code: 'database', at: placeOf('', 0), why: error.text };
  }
}

async function findings(application: Application, moment: Moment): Promise<readonly Finding[]> {
  const subject = `database:${application.database}`;
  const judged = await judge(application, moment);
  if ('refusals' in judged)
    return judged.refusals.map(({ code, why }) => ({ rule: `sql:${code}`, subject, outcome: 'fail', found: why }));
  const same = digestOf(judged.columns) === digestOf(application.columns);
  const masks: Finding = {
    rule: 'extract:masks',
    subject,
    outcome: same ? 'pass' : 'fail',
    found: judged.columns.map(({ name, mask }) => `${name}: ${mask}`).join(', '),
    wanted: application.columns.map(({ name, mask }) => `${name}: ${mask}`).join(', '),
  };
  const query = queryOf(application, judged.guarded, moment.site.limits.statementTimeout);
  return [masks, ...timeFindings(application, moment), ...(await loadFindings(query, moment))];
}

async function release(application: Application, tool: string, book: Runbook, moment: Moment): Promise<Product> {
  const judged = await judge(application, moment);
  if ('refusals' in judged || digestOf(judged.columns) !== digestOf(application.columns))
    throw new Stop(
      'refused',
      t('what {id} applied for is no longer what the statement gives', { id: application.id }),
      {
        notDone: t('No row was read.'),
        safe: t('The database was only looked at.'),
        next: [`gxops extract show ${application.id}`, 'gxops extract apply'],
      },
    );
  const { site } = moment;
  const key = keyOf(application, judged);
  const whole = queryOf(application, judged.guarded, site.limits.statementTimeout);
  const left = openFor(site, `database:${application.database}`, moment.now);
  const source = { ...whole, idle: site.limits.idleTimeout, timeout: Math.min(whole.timeout, left ?? whole.timeout) };
  const policy = policyFor(application.format);
  const masks = application.columns.map(({ mask }) => mask);
  const path = `exports/${application.id}/${fileOf(application)}.age${key === undefined ? '' : '.zip'}`;
  const rows = rowsPerPart(site.limits.partRows);
  const cut = key && slicesOf(source, judged.guarded, key, judged.columns, rows);
  const identity = databaseIdentity(await moment.look.fingerprint(application.database), judged.tables);
  const binding = bindingOf(application, judged, site, {
    policy,
    identity,
    timeout: whole.timeout,
    ...(key && { key }),
  });
  const runbook = { name: book.name, version: book.version, title: book.title, digest: digestOf(book.definition) };
  const item = { kind: 'release', path, binding } as const;
  const lines = [{ step: 'release', title: '', certainty: 'checked', item }] as const;
  const approved = planDigest({ runbook, inputs: { id: application.id }, lines });
  return {
    path,
    binding,
    source,
    ...(cut === undefined ? {} : { slices: { ...cut, ...(left === undefined ? {} : { within: left }) } }),
    form: (keys) =>
      formFor(application.format, { masks, keys, bom: application.bom, watermark: watermarkOf(application) }),
    subject: application.id,
    recipients: application.recipients,
    passphrase: application.passphrase,
    page: true,
    manifest: (artefact) => manifest(application, artefact, { tool, approved, policy }),
    beside: { 'README.txt': key === undefined ? readme(application) : partsReadme(application) },
  };
}

/** The key of one that is read in parts. That it is was approved, and never changes by itself. */
function keyOf(application: Application, { guarded, columns }: Accepted): Sliceable | undefined {
  if (application.parts !== true) return undefined;
  const key = sliceKey(guarded, columns, application.format);
  if (key !== undefined) return key;
  throw new Stop('refused', t('{id} was to be read in parts, and no longer can be', { id: application.id }), {
    notDone: t('No row was read.'),
    next: ['gxops extract apply'],
  });
}

/** What a reader of the file sees of where it comes from. */
export function watermarkOf({ id, requester, recipients, applied }: Application): readonly string[] {
  return [id, requester, ...recipients.map(({ operator }) => operator), applied.slice(0, 10)];
}

type Accepted = Exclude<Judged, { refusals: unknown }>;

interface Bound {
  readonly policy: Json;
  readonly identity: Json;
  readonly timeout: number;
  readonly key?: Sliceable;
}

/** Everything an approval binds. The approver reads exactly this. */
function bindingOf(
  application: Application,
  judged: Accepted,
  site: Site,
  { policy, identity, timeout, key }: Bound,
): Json {
  const { id, sql, binds, purpose, basis, limit, clear, format, requester, recipients, columns, expires } = application;
  const { database, bom, passphrase, saved, destroyBy } = application;
  return {
    ...{ id, requester, purpose, basis, sql, binds, statement: judged.guarded.text },
    ...{ database, identity, saved, bom, passphrase, destroyBy },
    limits: { rows: limit, milliseconds: timeout, idle: site.limits.idleTimeout, cost: site.limits.cost },
    windows: windowsOf(site, `database:${database}`).map(windowText),
    why: [...reasonsForOwner(application, site), ...reasonsForSecurity(application)].map((one) => speak(one)),
    rules: { ...ruleDigests(site, database, saved ? application : undefined) },
    parts: key === undefined ? false : { by: `${key.table}.${key.name}` },
    columns: columns.map(({ name, mask }, i) => ({ name, mask, from: judged.guarded.columns[i]?.origins ?? [] })),
    ...{ clear, recipients, format, policy, expires },
  };
}

interface Sources {
  readonly tool: string;
  readonly approved: string;
  readonly policy: Json;
}

/** Facts for whoever receives or audits the file; no cell of the data is in it. */
function manifest(application: Application, artefact: Artefact, { tool, approved, policy }: Sources): Json {
  const { id, database, purpose, basis, limit, requester, recipients, columns, format } = application;
  const { passphrase, destroyBy } = application;
  return {
    schema: 2,
    extraction: id,
    file: artefact.path.split('/').at(-1) ?? '',
    ...{ sha256: artefact.sha256, plain: artefact.plain, bytes: artefact.bytes, rows: artefact.rows, format, policy },
    ...(artefact.parts === undefined
      ? {}
      : { plainOf: 'parts', parts: artefact.parts as unknown as Json, snapshots: artefact.snapshots ?? 1 }),
    columns: artefact.columns.map((name, i) => ({ name, mask: columns[i]?.mask ?? 'whole' })),
    limits: { rows: limit },
    ...{ database, purpose, basis, requester },
    recipients: recipients.map(({ operator, age }) => ({ operator, age, fingerprint: digestOf(age) })),
    ...{ passphrase, destroyBy, watermark: watermarkOf(application) },
    application: digestOf(application),
    approval: approved,
    tool: { name: 'gxops', version: tool },
  };
}
