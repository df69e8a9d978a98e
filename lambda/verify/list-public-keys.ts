import { CloudTrailClient, type CloudTrailClientConfig, ListPublicKeysCommand } from '@aws-sdk/client-cloudtrail';
import type { PublicKey } from '../cloudtrail/digest/digest-signature.ts';
import type { PublicKeySource } from './public-keys.ts';

/** CloudTrail's own public keys. Each region has its own, so each is asked for in its region. */
export class ListedPublicKeys implements PublicKeySource {
  readonly #config: CloudTrailClientConfig;
  readonly #clients = new Map<string, CloudTrailClient>();

  constructor(config: CloudTrailClientConfig = {}) {
    this.#config = config;
  }

  async list(region: string, from: Date, to: Date): Promise<readonly PublicKey[]> {
    const keys: PublicKey[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.#client(region).send(
        new ListPublicKeysCommand({ StartTime: from, EndTime: to, ...(NextToken !== undefined && { NextToken }) }),
      );
      for (const { Fingerprint: fingerprint, Value: value } of page.PublicKeyList ?? []) {
        if (fingerprint !== undefined && value !== undefined) keys.push({ fingerprint, value });
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined && NextToken !== '');
    return keys;
  }

  #client(region: string): CloudTrailClient {
    const known = this.#clients.get(region);
    if (known !== undefined) return known;
    const made = new CloudTrailClient({ ...this.#config, region });
    this.#clients.set(region, made);
    return made;
  }
}
