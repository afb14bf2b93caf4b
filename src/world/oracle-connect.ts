/** Where and as whom to log in to Oracle: an address of any of Oracle's forms, an account, a wallet; never an account inside the address. */
import { resolve } from 'node:path';
import type { DatabaseSpec } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { DatabasePlace } from './databases.ts';
import { readSecret, Secret } from './secret.ts';

export type OracleSpec = Extract<DatabaseSpec, { kind: 'oracle' }>;

/** Seconds. */
const TRANSPORT_TIMEOUT = 5;
const CONNECT_TIMEOUT = 8;

export interface LoginAttributes {
  readonly user: string;
  readonly password: string;
  readonly connectString: string;
  readonly transportConnectTimeout: number;
  readonly connectTimeout: number;
  readonly retryCount: number;
  readonly configDir: string;
  readonly walletLocation?: string;
  readonly walletPassword?: string;
}

/**
 * What the driver is told. The address is Easy Connect (Plus), a descriptor with any number of addresses, or a name of tnsnames.ora in
 * the folder `config`. Stop('refused') for an address that carries an account or a password, or that is fetched from elsewhere.
 */
export async function attributesOf(spec: OracleSpec, place: DatabasePlace): Promise<LoginAttributes> {
  insistOnPlain(spec.connect, place.name);
  const { dir, name } = place;
  const secret = (await place.secret()) ?? new Secret('');
  const walletSource = spec.walletPasswordFile === undefined ? {} : { passwordFile: spec.walletPasswordFile };
  const wallet = await readSecret(dir, `databases.${name}.walletPasswordFile`, walletSource);
  return {
    user: spec.user,
    password: secret.reveal(),
    connectString: spec.connect.trim(),
    transportConnectTimeout: TRANSPORT_TIMEOUT,
    connectTimeout: CONNECT_TIMEOUT,
    retryCount: 0,
    // Always said: else the driver would look where the environment (TNS_ADMIN) says.
    configDir: resolve(dir, spec.config ?? '.'),
    ...(spec.wallet === undefined ? {} : { walletLocation: resolve(dir, spec.wallet) }),
    ...(wallet === undefined ? {} : { walletPassword: wallet.reveal() }),
  };
}

/** The address itself is not repeated: it may hold what must not be shown. */
function insistOnPlain(connect: string, name: string): void {
  const account = connect.includes('@') || /(password|user|token)\s*=/i.test(connect);
  const elsewhere = /^\s*(?!tcps?:)[a-z][a-z0-9+.-]*:\/\//i.test(connect) || /^\s*config-/i.test(connect);
  if (!account && !elsewhere) return;
  const why = account
    ? t('the address of {name} holds an account or a password', { name })
    : t('the address of {name} is to be fetched from elsewhere', { name });
  throw new Stop('refused', why, {
    notDone: t('Nothing was connected.'),
    safe: t(
      'Write host:port/service, a descriptor or a name of tnsnames.ora; user and passwordFile have keys of their own.',
    ),
    next: ['gxops site check'],
  });
}
