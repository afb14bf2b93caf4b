/** What it means when Oracle cannot be reached: for each known refusal a sentence and what to do. */
import { type Phrase, t } from '../core/text.ts';
import { codesOf } from './oracle-stops.ts';

interface Explained {
  readonly trouble: Phrase;
  readonly advice: Phrase;
}

/**
 * What a refusal means. The database goes by its name in site.yml, and the code is taken from the driver's text: neither that text nor
 * the address, which may hold a connect string with an account, is shown.
 */
export function explained(database: string, error: unknown): Explained {
  const found = codesOf(error);
  const facts = { connect: database, code: found.join(', ') || 'unknown' };
  for (const [codes, explain] of EXPLAINED)
    if (found.some((one) => codes.includes(one.replace('TNS-', 'ORA-')))) return explain(facts);
  return {
    trouble: t('{connect} refused ({code})', facts),
    advice: t('Look the code up, and at the alert log and listener log of the server.'),
  };
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
    ['ORA-28000', 'ORA-28001', 'ORA-28003', 'ORA-28011'],
    (facts) => ({
      trouble: t('the account of {connect} is locked, or its password has expired ({code})', facts),
      advice: t(
        'Have the DBA unlock it or set a new password, and put that into the secret; gxops tried once and does not try again by itself.',
      ),
    }),
  ],
  [
    ['ORA-01017', 'ORA-01005', 'ORA-01045'],
    (facts) => ({
      trouble: t('the server at {connect} does not let the account in ({code})', facts),
      advice: t('Check the account and its secret with the DBA; gxops tried once and does not try again by itself.'),
    }),
  ],
  [
    ['NJS-512', 'NJS-514', 'NJS-515', 'NJS-516', 'NJS-517', 'NJS-520', 'NJS-522', 'NJS-523', 'ORA-12154', 'ORA-12162'],
    (facts) => ({
      trouble: t(
        'the address of {connect} in site.yml is not understood, or tnsnames.ora does not hold it ({code})',
        facts,
      ),
      advice: t('Write host:port/service or a whole descriptor, or name the folder of tnsnames.ora with config.'),
    }),
  ],
  [
    ['NJS-505', 'NJS-506', 'NJS-507', 'NJS-508', 'NJS-529', 'ORA-28759', 'ORA-29024', 'ORA-28860'],
    (facts) => ({
      trouble: t('the TLS connection to {connect} was not made ({code})', facts),
      advice: t(
        'Check wallet (ewallet.pem) and walletPasswordFile in site.yml, and the name in the certificate of the server.',
      ),
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
