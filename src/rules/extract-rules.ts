/** What site.yml says about who must sign an extraction and what is personal: as digests, so that a loosened rule is seen. */
import { digestOf } from '../core/json.ts';
import type { Site } from '../core/site.ts';

/** `rules`: who must sign (the security officer approves a change); `dictionary`: which column is what (the purchaser confirms it). */
export interface RuleDigests {
  readonly rules: string;
  readonly dictionary: string;
}

/** The digests of one database's rules as site.yml has them now. */
export function ruleDigests(site: Pick<Site, 'limits' | 'owners' | 'classification'>, database: string): RuleDigests {
  const { twoApprovalsAboveRows, undertaking } = site.limits;
  const owner = site.owners[database] ?? null;
  return {
    rules: digestOf({ rules: 'extract v1', twoApprovalsAboveRows, undertaking, owner }),
    dictionary: digestOf({ dictionary: database, columns: site.classification[database] ?? {} }),
  };
}
