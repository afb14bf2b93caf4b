/** What site.yml says about who must sign an extraction and what is personal: as digests, so that a loosened rule is seen. */
import { digestOf } from '../core/json.ts';
import type { Site } from '../core/site.ts';

/** `rules`: who must sign (the security officer approves a change); `dictionary`: which column is what; `template`: a saved extract (the business owner confirms both). */
export interface RuleDigests {
  readonly rules: string;
  readonly dictionary: string;
  /** The saved extract, whose comparisons its reviewer answers for; of an ad-hoc statement, that there is none. */
  readonly template: string;
}

/** A saved extract as it is applied for. */
export interface SavedExtract {
  readonly name: string;
  readonly sql: string;
}

/** The digests of one database's rules as site.yml has them now. */
export function ruleDigests(
  site: Pick<Site, 'limits' | 'owners' | 'classification'>,
  database: string,
  saved?: SavedExtract,
): RuleDigests {
  const { twoApprovalsAboveRows, undertaking } = site.limits;
  const owner = site.owners[database] ?? null;
  return {
    rules: digestOf({ rules: 'extract v1', twoApprovalsAboveRows, undertaking, owner }),
    dictionary: digestOf({ dictionary: database, columns: site.classification[database] ?? {} }),
    template: digestOf({ extract: saved?.name ?? null, sql: saved?.sql ?? null }),
  };
}
