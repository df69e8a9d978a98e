import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * Settings of every client of DynamoDB that reads many items: of the time that a question takes the SDK would spend a
 * seventh on testing base64 by a regular expression. What is in an item is checked by who reads it.
 */
export const DYNAMODB_CLIENT = {
  base64Decoder: (text: string): Uint8Array => Buffer.from(text, 'base64'),
} satisfies DynamoDBClientConfig;
