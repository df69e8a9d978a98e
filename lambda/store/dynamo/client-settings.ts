import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** It logs nothing, and the SDK, which looks for each method before it calls it, prepares nothing for it. */
const NO_LOGGER = {} as NonNullable<DynamoDBClientConfig['logger']>;

/**
 * Settings of every client of DynamoDB that reads many items. Of the time that a question takes the SDK would spend a
 * seventh on testing base64 by a regular expression, and a twentieth on filtering what its logger, which does nothing,
 * may see. What is in an item is checked by who reads it.
 */
export const DYNAMODB_CLIENT = {
  base64Decoder: (text: string): Uint8Array => Buffer.from(text, 'base64'),
  logger: NO_LOGGER,
} satisfies DynamoDBClientConfig;
