/** GB/T 22239-2019 level 3, 8.1.4 安全计算环境: the clauses that Linux rules serve, in short words of ours. */
import { type Text, t } from '../../core/text.ts';

export interface Clause {
  readonly title: Text;
  /** False until the letter has been compared with the printed standard. */
  readonly verified: boolean;
}

const unverified = (title: Text): Clause => ({ title, verified: false });

/** Control point and letter -> what it asks for. */
export const CLAUSES = {
  '8.1.4.1a': unverified(t('identity: unique accounts, password complexity and change')),
  '8.1.4.1b': unverified(t('identity: failed logins and idle sessions')),
  '8.1.4.1c': unverified(t('identity: remote administration cannot be overheard')),
  '8.1.4.2b': unverified(t('access: default accounts and passwords')),
  '8.1.4.2c': unverified(t('access: surplus, expired and shared accounts')),
  '8.1.4.2d': unverified(t('access: least privilege, separated administrators')),
  '8.1.4.2f': unverified(t('access: granularity of user, file and table')),
  '8.1.4.2g': unverified(t('access: security labels')),
  '8.1.4.3a': unverified(t('audit: covers every user')),
  '8.1.4.3c': unverified(t('audit: records are protected and kept')),
  '8.1.4.4b': unverified(t('intrusion: no needless services and ports')),
  '8.1.4.4e': unverified(t('intrusion: flaws are found and mended')),
  '8.1.4.4f': unverified(t('intrusion: attacks are noticed')),
  '8.1.4.5': unverified(t('malicious code')),
  '8.1.4.7a': unverified(t('integrity in transmission')),
  '8.1.4.7b': unverified(t('integrity in storage')),
  '8.1.4.8a': unverified(t('confidentiality in transmission')),
  '8.1.4.8b': unverified(t('confidentiality in storage')),
} as const satisfies Readonly<Record<string, Clause>>;

export type ClauseId = keyof typeof CLAUSES;
