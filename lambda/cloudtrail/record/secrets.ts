import { isJsonObject, type JsonValue } from '../../shared/json.ts';
import { remembered } from '../../shared/remembered.ts';

/** The text that replaces a secret. */
export const REDACTED = '***';

/**
 * Names of members whose values are always secrets: passwords, tokens, keys, user data. CloudTrail itself masks most of
 * them. This list covers services that don't, and masks that fail.
 */
const SECRET_NAME =
  /password|passwd|passphrase|secret(?!.*(id|arn|name|s)$)|(?:^|\.)(?!.*(page|next|client|request|continuation|marker|idempotency|pagination))[^.]*token(?!.*(id|arn|type|name|s|code)$)|privatekey|private_key|keymaterial|plaintext|credentials?$|userdata|user_data|connectionstring|authparameters|apikey$|api_key$|secretstring|secretbinary|secretaccesskey|startuptext|^samlassertion$|^webidentitytoken$|^mfaserialcode$/i;

/**
 * Members that hold environment variables, or the attributes of an OpsWorks engine: every value below them counts as a
 * secret; the names stay.
 */
const ENVIRONMENT_NAME = /^(environment|environmentvariables|variables|env|envvars|secrets|engineattributes)$/i;

/** Values that are no secrets: CloudTrail's own masks are shown as they are. */
const MASK = /^(\*+ ?redacted ?\*+|\*+|hidden_due_to_security_reasons|sensitive data masked|)$/i;

/** Members that name an entry of a list of environment variables. */
const ENTRY_NAME = /^(name|key|type)$/i;

/** Members beside a secret that are not secrets themselves: traces need the id of an issued key. */
const PUBLIC_NAME = /^(accesskeyid|expiration)$/i;

const isSecretName = remembered((name) => SECRET_NAME.test(name));

/** Whether the value at a dotted path is a secret. */
export const isSecretPath: (path: string) => boolean = remembered(judgePath);

function judgePath(path: string): boolean {
  const names = path.split('.');
  const last = names.at(-1) ?? '';
  if (PUBLIC_NAME.test(last)) return false;
  if (isSecretName(last)) return true;
  const environment = names.findIndex((name) => ENVIRONMENT_NAME.test(name));
  if (environment >= 0 && environment < names.length - 1) return !ENTRY_NAME.test(last);
  return names.some(isSecretName);
}

/**
 * The value with `***` in place of every secret in it, at its path and below. Text that is itself JSON (a policy, a
 * template) is left alone: it is redacted only if its own path is secret.
 */
export function redact(value: JsonValue, path: string): JsonValue {
  return redactBelow(value, isSecretPath(path) ? 'secret' : isEnvironment(path) ? 'environment' : 'plain');
}

/** The context of a value: only values in a `plain` context are shown. */
export type Surroundings = 'plain' | 'environment' | 'secret';

function isEnvironment(path: string): boolean {
  return path.split('.').some((name) => ENVIRONMENT_NAME.test(name));
}

function redactBelow(value: JsonValue, surroundings: Surroundings): JsonValue {
  if (Array.isArray(value)) return value.map((item) => redactBelow(item, surroundings));
  if (isJsonObject(value)) {
    const within = surroundings === 'plain' && namesSecret(Object.entries(value)) ? 'environment' : surroundings;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, redactBelow(item, below(name, within))]),
    );
  }
  return hides(surroundings, value) ? REDACTED : value;
}

/** Whether a value that is no list or object is a secret where it stands. */
export function hides(surroundings: Surroundings, value: JsonValue): boolean {
  const isPlain = surroundings === 'plain' || value === null || typeof value === 'boolean';
  return !isPlain && !(typeof value === 'string' && MASK.test(value));
}

/** `{name: DB_PASSWORD, value: …}`: a pair, by its members, whose name says that its value is a secret. */
export function namesSecret(pair: readonly (readonly [string, JsonValue])[]): boolean {
  return pair.some(([name, value]) => ENTRY_NAME.test(name) && typeof value === 'string' && isSecretName(value));
}

/** The context of a named member, derived from the context of its object. */
export function below(name: string, surroundings: Surroundings): Surroundings {
  if (PUBLIC_NAME.test(name)) return 'plain';
  if (surroundings === 'secret' || isSecretName(name)) return 'secret';
  if (surroundings === 'environment') return ENTRY_NAME.test(name) ? 'plain' : 'environment';
  return ENVIRONMENT_NAME.test(name) ? 'environment' : 'plain';
}
