import * as z from 'zod';

/** Where the embedded AWS listens. All of them are loopback addresses, unless the user named another DynamoDB. */
export const endpointsSchema = z.object({
  dynamodb: z.url(),
  s3: z.url(),
  sns: z.url(),
  sqs: z.url(),
});

export type Endpoints = z.infer<typeof endpointsSchema>;

/** The region of everything that the embedded AWS holds. */
export const REGION = 'us-east-1';
