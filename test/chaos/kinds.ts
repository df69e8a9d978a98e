import { CALL_SITES } from './call-sites.ts';
import { expiredRow } from './expired-row.ts';
import type { Kind } from './kind.ts';
import { rowOfAnotherVersion } from './row-of-another-version.ts';

/** Every kind of trouble that is no fault of a call. */
export function kinds(): readonly Kind[] {
  const ofCorrelations = CALL_SITES.filter((site) => site.includes(' correlations') && !site.startsWith('Query'));
  return [...ofCorrelations.map(expiredRow), rowOfAnotherVersion()];
}
