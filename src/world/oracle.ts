/** Oracle by oracledb Thin: whether it can be reached, and for each known refusal what it means and what to do. */
import type { DatabaseSpec } from '../core/site.ts';
import { type Phrase, t } from '../core/text.ts';
import type { Reach } from '../core/world.ts';
import { Secret } from './secret.ts';

type OracleSpec = Extract<DatabaseSpec, { kind: 'oracle' }>;

/** Seconds. */
const TRANSPORT_TIMEOUT = 5;
const CONNECT_TIMEOUT = 8;

/** Connects once (never again: a second wrong password may lock the account) and leaves. Never throws for a refusal. */
export async function reachOracle(spec: OracleSpec, secret: Secret | undefined): Promise<Reach> {
  if (spec.client === 'sqlplus') {
    const trouble = t('client: sqlplus runs sqlplus on the host; this version cannot do that yet');
    return { ok: false, mode: 'sqlplus', trouble };
  }
  const { default: oracledb } = await import('oracledb');
  const mode = `oracledb ${oracledb.versionString} Thin`;
  try {
    const connection = await oracledb.getConnection({
      user: spec.user,
      password: (secret ?? new Secret('')).reveal(),
      connectString: spec.connect,
      transportConnectTimeout: TRANSPORT_TIMEOUT,
      connectTimeout: CONNECT_TIMEOUT,
      retryCount: 0,
    });
    connection.callTimeout = CONNECT_TIMEOUT * 1000;
    const version = connection.oracleServerVersionString;
    await connection.close();
    return { ok: true, version, mode };
  } catch (error) {
    return { ok: false, mode, ...explained(spec.connect, error) };
  }
}

interface Explained {
  readonly trouble: Phrase;
  readonly advice: Phrase;
}

/** What a refusal means. The code is taken from the driver's text; the text itself, which may hold a connect string, is not shown. */
export function explained(connect: string, error: unknown): Explained {
  const { message = '', code = '' } = error as { message?: string; code?: string };
  const found = [...new Set(`${code} ${message}`.match(/\b(ORA|NJS|TNS)-\d+|\bE[A-Z]{4,}\b/g) ?? [])];
  for (const [codes, explain] of EXPLAINED) {
    const met = found.find((one) => codes.includes(one.replace('TNS-', 'ORA-')));
    if (met !== undefined) return explain({ connect: withoutAccount(connect), code: found.join(', ') });
  }
  return {
    trouble: t('{connect} refused ({code})', { connect: withoutAccount(connect), code: found.join(', ') || 'unknown' }),
    advice: t('Look the code up, and at the alert log and listener log of the server.'),
  };
}

/** `user/password@host` must not be written there; should someone have, it is not shown. */
function withoutAccount(connect: string): string {
  return connect.slice(connect.lastIndexOf('@') + 1);
}

type Explain = (facts: { connect: string; code: string }) => Explained;

const EXPLAINED: readonly (readonly [readonly string[], Explain])[] = [
  [
    ['ORA-12514', 'NJS-518'],
    (facts) => ({
      trouble: t('the listener at {connect} does not know the service ({code})', facts),
      advice: t(
        'Compare the service name with "lsnrctl services" on the server; a database that has just started registers within a minute.',
      ),
    }),
  ],
  [
    ['ORA-12505', 'NJS-519'],
    (facts) => ({
      trouble: t('the listener at {connect} does not know the SID ({code})', facts),
      advice: t('Use the service name (host:port/service) instead of a SID.'),
    }),
  ],
  [
    ['ORA-12528', 'ORA-12526', 'ORA-12527'],
    (facts) => ({
      trouble: t(
        'the instance at {connect} is starting, mounted or restricted and takes no ordinary sessions ({code})',
        facts,
      ),
      advice: t('Wait until the database is open, or use client: sqlplus on the host.'),
    }),
  ],
  [
    ['NJS-116'],
    (facts) => ({
      trouble: t(
        'the account at {connect} has only a 10G password verifier, which the Thin driver cannot use ({code})',
        facts,
      ),
      advice: t('Have the password set anew with 11G or 12C verifiers, or use client: sqlplus.'),
    }),
  ],
  [
    ['NJS-533', 'NJS-532', 'NJS-531', 'ORA-12660'],
    (facts) => ({
      trouble: t(
        'the server at {connect} demands native network encryption, which the Thin driver does not speak ({code})',
        facts,
      ),
      advice: t('Use client: sqlplus, or a TLS listener.'),
    }),
  ],
  [
    ['NJS-138', 'ORA-03134', 'ORA-28040'],
    (facts) => ({
      trouble: t('the server at {connect} is older than the Thin driver can speak to ({code})', facts),
      advice: t('Use client: sqlplus: servers before 12.1 need it.'),
    }),
  ],
  [
    ['ORA-01017', 'ORA-28000', 'ORA-28001', 'ORA-01005'],
    (facts) => ({
      trouble: t('the server at {connect} does not let the account in ({code})', facts),
      advice: t('Check the account and its secret with the DBA; gxops tried once and does not try again by itself.'),
    }),
  ],
  [
    ['ECONNREFUSED', 'ORA-12541', 'NJS-511'],
    (facts) => ({
      trouble: t('nothing listens at {connect} ({code})', facts),
      advice: t(
        'Start the listener, or correct host and port in site.yml; while it is down, client: sqlplus on the host still works.',
      ),
    }),
  ],
  [
    ['NJS-510', 'ORA-12170', 'ETIMEDOUT'],
    (facts) => ({
      trouble: t('{connect} did not answer in time ({code})', facts),
      advice: t(
        'A firewall that drops packets looks like this; so does a hanging listener. Try the port from this machine.',
      ),
    }),
  ],
  [
    ['ENOTFOUND', 'EAI_AGAIN', 'NJS-530', 'ORA-12545'],
    (facts) => ({
      trouble: t('the host name in {connect} cannot be resolved ({code})', facts),
      advice: t('Correct it in site.yml, or use the address.'),
    }),
  ],
  [
    ['EHOSTUNREACH', 'ENETUNREACH'],
    (facts) => ({
      trouble: t('there is no route to {connect} ({code})', facts),
      advice: t('Check the network and the bastion.'),
    }),
  ],
  [
    ['ECONNRESET', 'EPIPE', 'NJS-500', 'NJS-501', 'NJS-503', 'NJS-521', 'NJS-509', 'ORA-12537', 'ORA-12547'],
    (facts) => ({
      trouble: t('the connection to {connect} was cut before the login ({code})', facts),
      advice: t(
        'Look at valid node checking (sqlnet.ora), at a firewall that resets, and whether this is an Oracle listener at all.',
      ),
    }),
  ],
];
