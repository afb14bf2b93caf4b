/** What one invocation works with: the world, the site, who acts, and how it may be interrupted. */
import type { Entry } from './event.ts';
import type { Site } from './site.ts';
import type { World } from './world.ts';

export interface Session {
  readonly world: World;
  readonly site: Site;
  /** The acting operator's name (`--as`, `GXOPS_OPERATOR`, or the account map). Not proven; only signatures prove. */
  readonly operator: string;
  /** Aborted by SIGINT, SIGTERM, SIGHUP: the Change under way finishes, then the run suspends. */
  readonly signal: AbortSignal;
  /** Told of each entry this invocation wrote, as it happens: the talk on stderr. */
  tell(entry: Entry): void;
  /** Progress of an artefact under way; `limit` are the rows there can be at most. */
  progress(rows: number, bytes: number, limit?: number): void;
}
