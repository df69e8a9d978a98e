import { type Command, Option } from 'commander';
import { LEVELS } from '../../lambda/detection/index.ts';
import { collectAccount } from './event-conditions.ts';
import { collect, severalOf } from './repeatable.ts';

export interface FindingConditionOptions {
  readonly rule?: readonly string[];
  readonly level?: readonly string[];
  readonly actor?: readonly string[];
  readonly alert?: readonly string[];
  readonly account?: readonly string[];
}

/** Adds an option for each thing that findings can be asked for. */
export function withFindingConditions(command: Command): Command {
  return command
    .option('--rule <rule>', 'of a rule: its id, title, or the beginning of one', collect)
    .addOption(severalOf(new Option('--level <level>', 'of a level'), LEVELS))
    .option('--actor <arn>', 'about an actor: an ARN, or role/Deploy, Deploy, root in any account', collect)
    .option('--alert <id>', 'of an alert', collectAlert)
    .option('--account <id>', 'in an account: 12 digits, or a pattern with *', collectAccount);
}

/** Ids of alerts are in small letters. */
function collectAlert(value: string, before?: readonly string[]): readonly string[] {
  return collect(/^[0-9A-F]{32}$/i.test(value) ? value.toLowerCase() : value, before);
}
