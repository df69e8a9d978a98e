import { namedId } from '../../../../../lambda/cloudtrail/directory.ts';
import { accountName, type Names, NO_NAMES } from '../../../../../lambda/directory/names.ts';
import type { FacetValue } from '../../../../../lambda/store/questions/tally.ts';
import type { CountedValue } from '../../../../../ui/protocol/answers.ts';
import { actorText } from '../../../../listings/event-text.ts';

/** Values with their counts; those of actors and accounts with the names that people know them by. */
export function counted(
  values: readonly FacetValue[],
  filter: string,
  names: Names = NO_NAMES,
): readonly CountedValue[] {
  return values.map(({ value, count }) => ({
    value,
    count,
    ...(filter === 'actor' && { name: actorName(value) }),
    ...(filter === 'account' && { name: namedId(value, accountName(names, value)) }),
  }));
}

/** The name of an actor of whom nothing but the identity is known. */
export function actorName(actor: string): string {
  return actorText({ actor, actorKind: actor.endsWith(':root') ? 'root' : 'unknown' });
}
