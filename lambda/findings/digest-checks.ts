import type { IntegrityCheck } from './integrity-finding.ts';

/** The findings of CloudTrail's digests: what they can't vouch for, and what is wrong with them. */

export const DIGEST_ALTERED: IntegrityCheck = {
  ruleId: 'trailwarden-digest-altered',
  title: 'A CloudTrail digest is not what CloudTrail signed',
  description:
    'The digest was changed, copied, replayed, or signed by somebody other than CloudTrail. What it says proves nothing, and the log objects of its hour have nobody to vouch for them.',
  falsepositives: ['A copy job that moved the digests into this bucket: their place is part of what is signed'],
};

export const DIGEST_MISSING: IntegrityCheck = {
  ruleId: 'trailwarden-digest-missing',
  title: 'A CloudTrail digest is missing',
  description:
    'The next digest of the trail names one that is not in the bucket: it was deleted. The log objects of its hour have nobody to vouch for them.',
  falsepositives: ['A lifecycle rule that removes digests within hours'],
  action: 's3:DeleteObject',
};

export const DIGESTS_MISSING: IntegrityCheck = {
  ruleId: 'trailwarden-digests-missing',
  title: 'Several CloudTrail digests in a row are missing',
  description:
    'A run of digests is not in the bucket: they were deleted. Log objects of that time may be gone with them, and nothing in the bucket tells of them any more.',
  falsepositives: ['A lifecycle rule that removes digests within hours'],
  action: 's3:DeleteObject',
};

export const DIGEST_OVERDUE: IntegrityCheck = {
  ruleId: 'trailwarden-digest-overdue',
  title: 'A CloudTrail digest is overdue',
  description:
    'CloudTrail writes a digest an hour for each region, also where nothing happened. The next one of this trail has not come: it was deleted or never notified, or logging or log file validation was switched off.',
  falsepositives: [
    'The trail was deleted, or its logging or log file validation stopped, on purpose',
    'CloudTrail delivers late',
  ],
  action: 'cloudtrail:StopLogging',
};

export const DIGEST_CHAIN_RESTARTED: IntegrityCheck = {
  ruleId: 'trailwarden-digest-chain-restarted',
  title: 'The chain of CloudTrail digests was interrupted',
  description:
    'A new chain of digests begins where there was one before: logging or log file validation was stopped and started again. No digest speaks of the time between.',
  falsepositives: ['Logging or log file validation was stopped on purpose'],
  action: 'cloudtrail:StartLogging',
};

export const LOG_OBJECT_MODIFIED: IntegrityCheck = {
  ruleId: 'trailwarden-log-object-modified',
  title: 'A CloudTrail log object was modified',
  description:
    'The content of the log object is not what CloudTrail delivered: its SHA-256 is not the one in the signed digest. Records may have been changed, removed or added.',
  falsepositives: ['A job that rewrites the log objects in place'],
};

export const LOG_OBJECT_MISSING: IntegrityCheck = {
  ruleId: 'trailwarden-log-object-missing',
  title: 'A CloudTrail log object is missing',
  description:
    'A signed digest names a log object that is not in the bucket: it was deleted after CloudTrail delivered it.',
  falsepositives: ['A lifecycle rule that removes log objects within hours'],
  action: 's3:DeleteObject',
};

export const LOG_OBJECT_UNREAD: IntegrityCheck = {
  ruleId: 'trailwarden-log-object-unread',
  title: 'A CloudTrail log object could not be read',
  description:
    'A signed digest names a log object that is in the bucket and still is not processed, although it was queued again. Its records are neither indexed nor judged: see the dead-letter queue and the last error in the ledger.',
  falsepositives: ['The functions are throttled or switched off'],
  action: 's3:GetObject',
};

export const LOG_OBJECT_UNVOUCHED: IntegrityCheck = {
  ruleId: 'trailwarden-log-object-unvouched',
  title: 'No CloudTrail digest names a log object',
  description:
    'The log object was put into the bucket at a time that digests speak of, and none of them names it: it may be forged.',
  falsepositives: [
    'A second trail without log file validation that delivers into the same bucket',
    'CloudTrail names it later, in a backfill digest',
  ],
  level: 'high',
};
