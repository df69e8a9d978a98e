import { counted } from '../../../lambda/shared/counted.ts';
import type { ChainRow } from '../../../lambda/store/ledger/digest-chains.ts';
import type { Checked } from './check.ts';
import type { TrailDigests } from './check-trail.ts';

/** The first digest comes an hour after logging began, and is delivered and checked within two more. */
const FIRST_DIGEST_MS = 3 * 3_600_000;

/** Whether a digest came and was checked for each account and region, and the next one isn't overdue. */
export function checkDigests(chains: readonly ChainRow[], trail: TrailDigests, now: Date): Checked {
  const check = 'digests';
  if (trail.error !== undefined) {
    return {
      check,
      state: 'wrong',
      says: `CloudTrail can not deliver them: ${trail.error}`,
      todo: 'npx cdk deploy --all puts the policies of bucket and key right.',
    };
  }
  if (chains.length === 0) {
    const begun = trail.startedAt?.getTime() ?? now.getTime();
    const isEarly = now.getTime() - begun < FIRST_DIGEST_MS;
    return {
      check,
      state: isEarly ? 'waiting' : 'wrong',
      says: isEarly ? 'none was checked yet' : 'none was ever checked, though the trail has logged for three hours',
      todo: isEarly
        ? 'The first comes within three hours of the first deploy: run doctor again then.'
        : 'docs/runbook.md, "verify-errors" and "digest-dead-letter-queue-not-empty".',
    };
  }
  const overdue = chains.filter(({ dueAt }) => dueAt !== undefined && Date.parse(dueAt) < now.getTime());
  if (overdue.length === 0) {
    return {
      check,
      state: 'ok',
      says: `${counted(chains.length, 'chain is', 'chains are')} up to date`,
    };
  }
  const named = overdue.slice(0, 3).map(({ account, region, lastEnd }) => `${account} ${region} since ${lastEnd}`);
  return {
    check,
    state: 'wrong',
    says: `overdue: ${named.join(', ')}${overdue.length > 3 ? `, and ${overdue.length - 3} more` : ''}`,
    todo: 'Is logging on there, and was the region switched off? docs/integrity.md says what an overdue digest means.',
  };
}
