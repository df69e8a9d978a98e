import type { PublicKey } from '../cloudtrail/digest-signature.ts';
import type { PublicKeySource } from './public-keys.ts';

/** A page of ListPublicKeys, as the AWS SDK for JavaScript gives it. */
export interface PublicKeyPage {
  readonly PublicKeyList?: readonly { readonly Fingerprint?: string; readonly Value?: Uint8Array }[];
  readonly NextToken?: string;
}

/** Calls ListPublicKeys in a region. */
export type ListPublicKeys = (
  region: string,
  request: { readonly StartTime: Date; readonly EndTime: Date; readonly NextToken?: string },
) => Promise<PublicKeyPage>;

/** CloudTrail's own public keys: each region has its own, so each is asked for in its region. */
export function listedPublicKeys(list: ListPublicKeys): PublicKeySource {
  return {
    list: async (region, from, to) => {
      const keys: PublicKey[] = [];
      let NextToken: string | undefined;
      do {
        const page = await list(region, {
          StartTime: from,
          EndTime: to,
          ...(NextToken !== undefined && { NextToken }),
        });
        for (const { Fingerprint: fingerprint, Value: value } of page.PublicKeyList ?? []) {
          if (fingerprint !== undefined && value !== undefined) keys.push({ fingerprint, value });
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined && NextToken !== '');
      return keys;
    },
  };
}
