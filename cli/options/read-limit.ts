import { type Command, Option } from 'commander';
import { ReadLimitReached } from '../../lambda/store/dynamo/queries/read-meter.ts';
import { CommandFailure, EXIT } from '../output/exit-codes.ts';
import { PRICES } from '../output/prices.ts';
import type { Io } from '../output/process-io.ts';
import { readCount } from './repeatable.ts';

export interface ReadLimitOptions {
  readonly maxReads: number;
}

/** Adds `--max-reads`. */
export function withReadLimit(command: Command): Command {
  return command.addOption(
    new Option('--max-reads <units>', 'take no more read units than this (one reads 8 KB): refuse an answer that would')
      .argParser(readCount)
      .default(10_000),
  );
}

/** Says what a question costs if that is more than is allowed. */
export async function withinReadLimit<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ReadLimitReached)) throw error;
    const { maxUnits, reads, estimatedUnits } = error;
    const whole =
      estimatedUnits === undefined
        ? ' That is too little to tell what the whole answer takes: fewer than 100 do for no answer.'
        : ` The whole answer takes up to about ${thousands(estimatedUnits)} (some $${dollars(estimatedUnits)} on demand).`;
    throw new CommandFailure(
      `Stopped after ${thousands(reads.units)} read units: --max-reads is ${thousands(maxUnits)}.${whole} Ask for less time, add a condition with exact values, or raise --max-reads.`,
      EXIT.readLimit,
      { cause: error },
    );
  }
}

/** Says what a longer answer costs, before it is read. Short answers are given without this line. */
export function sayEstimate({ maxReads }: ReadLimitOptions, { stderr }: Io): (units: number) => void {
  return (units) => {
    stderr.write(`This takes about ${thousands(units)} read units; --max-reads is ${thousands(maxReads)}.\n`);
  };
}

function thousands(units: number): string {
  return Math.ceil(units).toLocaleString('en-US');
}

function dollars(units: number): string {
  return Math.max(0.01, (units / 1_000_000) * PRICES.dynamodbReads.dollars).toFixed(2);
}
