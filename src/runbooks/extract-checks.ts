/** What is looked at before any row is read: the hour, the account's rights, what the plan would cost. */
import type { Finding } from '../core/finding.ts';
import type { RowQuery } from '../core/product.ts';
import type { Moment } from '../core/runbook.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { openFor, windowsOf, windowText } from '../core/window.ts';
import type { Application } from '../rules/application.ts';

/** The application still holds, and the database's window is open. */
export function timeFindings(application: Application, { site, now }: Moment): readonly Finding[] {
  const target = `database:${application.database}`;
  const shut = openFor(site, target, now) === 0;
  const windows = windowsOf(site, target).map(windowText).join('; ');
  return [
    {
      rule: 'extract:expires',
      subject: application.id,
      outcome: now.getTime() < Date.parse(application.expires) ? 'pass' : 'fail',
      found: application.expires,
    },
    {
      rule: 'extract:window',
      subject: target,
      outcome: shut ? 'fail' : 'pass',
      found: shut ? t('outside the window') : t('open'),
      ...(windows === '' ? {} : { wanted: windows }),
    },
  ];
}

/** The account may only read, the plan costs no more than allowed, and no hot table is read in full. */
export async function loadFindings(query: RowQuery, moment: Moment): Promise<readonly Finding[]> {
  const subject = `database:${query.database}`;
  return [await privilegeFinding(subject, query.database, moment), ...(await planFindings(subject, query, moment))];
}

async function privilegeFinding(subject: string, database: string, { look }: Moment): Promise<Finding> {
  const rule = 'extract:privileges';
  try {
    const excess = await look.privileges(database);
    if (excess.length === 0) return { rule, subject, outcome: 'pass', found: t('the account may only read') };
    return {
      ...{ rule, subject, outcome: 'fail', found: excess.slice(0, 20).join('; ') },
      wanted: t('an account that may only read'),
      advice: t('Have the DBA make an account with CONNECT and SELECT alone; doctor lists what is too much.'),
    };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { rule, subject, outcome: 'unknown', found: error.text };
  }
}

async function planFindings(subject: string, query: RowQuery, { look, site }: Moment): Promise<readonly Finding[]> {
  const estimate = await look.estimate(query);
  if (estimate === undefined)
    return [{ rule: 'extract:cost', subject, outcome: 'warn', found: t('the database cannot say what it would cost') }];
  const { cost, fullScans } = estimate;
  const hot = fullScans.filter((table) => (site.hot[query.database] ?? []).includes(table.toLowerCase()));
  const dear = cost !== undefined && cost > site.limits.cost;
  return [
    {
      rule: 'extract:cost',
      subject,
      outcome: dear ? 'fail' : 'pass',
      found: cost === undefined ? t('this kind of database gives no figure') : `${cost}`,
      wanted: `<= ${site.limits.cost}`,
    },
    {
      rule: 'extract:scan',
      subject,
      outcome: hot.length > 0 ? 'fail' : 'pass',
      found: fullScans.length > 0 ? t('read in full: {tables}', { tables: fullScans.join(', ') }) : t('by index'),
      ...(hot.length > 0 ? { wanted: t('hot tables only by index: {tables}', { tables: hot.join(', ') }) } : {}),
    },
  ];
}
