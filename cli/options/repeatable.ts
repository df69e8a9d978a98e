import { InvalidArgumentError, type Option } from 'commander';

/** For an option that may be given several times: any of its values is meant. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, readText(value)];
}

/** Text that says something: DynamoDB refuses an empty key, and where a shell's variable is empty it is a mistake. */
export function readText(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.');
  return value;
}

/** As collect, for an option that knows its values, in any case. */
export function collectOneOf(choices: readonly string[]): typeof collect {
  const read = readOneOf(choices);
  return (value, before = []) => [...before, read(value)];
}

/** One of the values that an option knows, in any case. */
export function readOneOf<Choice extends string>(choices: readonly Choice[]): (value: string) => Choice {
  return (value) => {
    const choice = choices.find((known) => known.toLowerCase() === value.toLowerCase());
    if (choice === undefined) throw new InvalidArgumentError(`It is one of ${choices.join(', ')}.`);
    return choice;
  };
}

/** An option that takes one of some values, in any case. Help and completion name them. */
export function oneOf(option: Option, choices: readonly string[]): Option {
  return option.choices(choices).argParser(readOneOf(choices));
}

/** As `oneOf`, for an option that may be given several times. */
export function severalOf(option: Option, choices: readonly string[]): Option {
  return option.choices(choices).argParser(collectOneOf(choices));
}

/** A whole number from 1. */
export function readCount(value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Write a whole number from 1.');
  return count;
}
