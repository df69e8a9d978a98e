import { sourceKeyPrefix } from '../../lambda/sources/log-source.ts';
import type { ExistingSource } from '../config/source-settings.ts';

/** What S3 tells EventBridge of new files of CloudTrail in a source's bucket. */
export function newObjectPattern(source: ExistingSource) {
  return {
    source: ['aws.s3'],
    detailType: ['Object Created'],
    detail: { bucket: { name: [source.bucket] }, object: { key: [{ prefix: sourceKeyPrefix(source) }] } },
  };
}

/**
 * What CloudTrail's message about log files has and others, such as those of AWS Config in a topic of Control Tower, don't:
 * the filter looks at the message's body.
 */
export const LOG_FILES_ONLY = { s3ObjectKey: [{ exists: true }], messageType: [{ exists: false }] } as const;
