/** All nouns, in the order of the help. Data only: each verb loads its code when it is called. */
import { approve } from './approve.ts';
import { audit } from './audit.ts';
import type { Noun } from './command.ts';
import { completion } from './completion.ts';
import { doctor } from './doctor.ts';
import { extract } from './extract.ts';
import { harden } from './harden.ts';
import { operator } from './operator.ts';
import { query } from './query.ts';
import { reject } from './reject.ts';
import { rollback } from './rollback.ts';
import { runbook } from './runbook.ts';
import { site } from './site.ts';

export const NOUNS: readonly Noun[] = [
  query,
  extract,
  harden,
  runbook,
  rollback,
  approve,
  reject,
  audit,
  site,
  operator,
  doctor,
  completion,
];
