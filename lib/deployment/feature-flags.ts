import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const CDK_JSON = join(import.meta.dirname, '../../cdk.json');

/**
 * The feature flags of CDK with which these constructs are tested: with others they synthesize something else, such as an
 * access control list on a bucket that refuses any.
 */
export function featureFlags(): Readonly<Record<string, unknown>> {
  const { context } = z
    .object({ context: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(readFileSync(CDK_JSON, 'utf8')));
  return context;
}
