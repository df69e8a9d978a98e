import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { ChannelSettings } from '../../alerts/channels/channel-settings.ts';
import { NotTakenError } from '../errors/not-taken-error.ts';

export type SecretName = NonNullable<ChannelSettings['secret']>;

export interface SecretReader {
  /** @throws NotTakenError that says which secret could not be read, and why. */
  read(secret: SecretName): Promise<string>;
  /** Has the next call read it anew: it may have been rotated. */
  forget(secret: SecretName): void;
}

/** Milliseconds for which a value is kept in memory. */
const KEPT_MILLISECONDS = 5 * 60_000;

export interface CachedSecretsOptions {
  readonly secretsManager: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly now: () => Date;
}

/** Secrets by name, each read once in some minutes. */
export class CachedSecrets implements SecretReader {
  readonly #options: CachedSecretsOptions;
  readonly #kept = new Map<string, { readonly value: Promise<string>; readonly until: number }>();

  constructor(options: CachedSecretsOptions) {
    this.#options = options;
  }

  read(secret: SecretName): Promise<string> {
    const now = this.#options.now().getTime();
    const key = nameOf(secret);
    const kept = this.#kept.get(key);
    if (kept !== undefined && now < kept.until) return kept.value;
    const value = this.#read(secret);
    this.#kept.set(key, { value, until: now + KEPT_MILLISECONDS });
    // What failed isn't kept.
    value.catch(() => this.#kept.delete(key));
    return value;
  }

  forget(secret: SecretName): void {
    this.#kept.delete(nameOf(secret));
  }

  async #read(secret: SecretName): Promise<string> {
    const { secretsManager, ssm } = this.#options;
    let value: string | undefined;
    try {
      if (secret.parameter === undefined) {
        const answer = await secretsManager.send(new GetSecretValueCommand({ SecretId: secret.secretsManager }));
        value = answer.SecretString;
      } else {
        const command = new GetParameterCommand({ Name: secret.parameter, WithDecryption: true });
        const { Parameter } = await ssm.send(command);
        if (Parameter?.Type !== 'SecureString') {
          throw new NotTakenError(`The parameter "${nameOf(secret)}" is no SecureString: it may be read by many.`);
        }
        value = Parameter.Value;
      }
    } catch (error) {
      if (error instanceof NotTakenError) throw error;
      const reason = error instanceof Error ? error.name : 'unknown error';
      throw new NotTakenError(`The secret "${nameOf(secret)}" could not be read (${reason}).`);
    }
    if (value === undefined || value.trim() === '') throw new NotTakenError(`The secret "${nameOf(secret)}" is empty.`);
    return value.trim();
  }
}

function nameOf({ secretsManager, parameter }: SecretName): string {
  return parameter ?? secretsManager ?? '';
}
