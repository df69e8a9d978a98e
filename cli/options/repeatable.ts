import { InvalidArgumentError } from 'commander';

/** For an option that may be given several times: any of its values is meant. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, readText(value)];
}

/** Text that says something: DynamoDB refuses an empty key, and where a shell's variable is empty it is a mistake. */
export function readText(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.');
  return value;
}

/** As collect, for an option that knows its values. */
export function collectOneOf(choices: readonly string[]): typeof collect {
  return (value, before = []) => {
    if (!choices.includes(value)) throw new InvalidArgumentError(`It is one of ${choices.join(', ')}.`);
    return [...before, value];
  };
}

/** A whole number from 1. */
export function readCount(value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Write a whole number from 1.');
  return count;
}
