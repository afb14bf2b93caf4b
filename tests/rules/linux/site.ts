/** A bare site for tests of rules. */
import { LIMITS, type Site } from '../../../src/core/site.ts';

export const SITE: Site = {
  dir: '/site',
  name: 'test',
  language: 'en',
  timeZone: 'Asia/Shanghai',
  sandbox: true,
  hosts: { local: { connect: 'local' }, sandbox: { connect: 'local', root: 'sandbox/host' } },
  databases: {},
  redis: {},
  search: {},
  goldengate: {},
  limits: { ...LIMITS, rows: 1000, twoApprovalsAboveRows: 1000, statementTimeout: 1000, approvalExpires: 1000 },
  owners: {},
  hot: {},
  windows: {},
  neighbours: {},
  obeys: {},
  classification: {},
  keys: {},
  parameters: {},
};
