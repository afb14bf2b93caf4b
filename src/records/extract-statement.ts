/** What receivers declare about a copy: that they have it, that it is destroyed; and whether a recorded declaration holds. */
import { canonical } from '../core/json.ts';
import { signatureFits } from './approvals.ts';
import type { Copy, Extraction, Stated } from './extract.ts';
import type { Roster } from './roster.ts';

/** The text a receiver (or, for a paper, the countersigner) signs. RFC 8785. */
export function declarationOf(
  kind: 'receipt' | 'destruction',
  extraction: Pick<Extraction, 'id'>,
  copy: Pick<Copy, 'copy' | 'sha256' | 'manifest' | 'receiver' | 'medium'>,
): string {
  const { sha256, manifest, receiver, medium } = copy;
  const about = { extraction: extraction.id, copy: copy.copy, sha256, manifest, receiver, medium };
  return canonical({ purpose: `gxops ${kind} v1`, ...about });
}

/** Does a recorded declaration prove what it says: about this very copy, by its receiver's key, or a paper that another person countersigned? */
export function declarationHolds(
  kind: 'receipt' | 'destruction',
  extraction: Pick<Extraction, 'id'>,
  copy: Copy,
  stated: Stated,
  roster: Roster,
): boolean {
  const signer = roster.get(stated.paper ? (stated.countersign ?? '') : stated.by);
  if (signer === undefined || stated.by !== copy.receiver) return false;
  if (stated.paper !== undefined && (signer.name === copy.receiver || signer.name === copy.by)) return false;
  return (
    stated.statement === declarationOf(kind, extraction, copy) &&
    signatureFits(stated.statement, stated.signature, signer.key)
  );
}
