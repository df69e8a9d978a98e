/** What an update does to a row: sets attributes, sets those that aren't there yet, adds to counters, removes. */
export interface Change {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly setOnce?: Readonly<Record<string, unknown>>;
  /** Counters that get 1 more. */
  readonly count?: readonly string[];
  /** Counters that get so much more. */
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
}

/** The expressions of an UpdateItem call for a change. */
export function updateExpression({ set = {}, setOnce = {}, count = [], add = {}, remove = [] }: Change): {
  UpdateExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, unknown>;
} {
  const counters = { ...Object.fromEntries(count.map((name) => [name, 1])), ...add };
  const names = [...Object.keys(set), ...Object.keys(setOnce), ...remove, ...Object.keys(counters)];
  const assignments = [
    ...Object.keys(set).map((name) => `#${name} = :${name}`),
    ...Object.keys(setOnce).map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  const expression = [
    ...(assignments.length === 0 ? [] : [`SET ${assignments.join(', ')}`]),
    ...(remove.length === 0 ? [] : [`REMOVE ${remove.map((name) => `#${name}`).join(', ')}`]),
    ...(Object.keys(counters).length === 0
      ? []
      : [
          `ADD ${Object.keys(counters)
            .map((name) => `#${name} :${name}`)
            .join(', ')}`,
        ]),
  ];
  return {
    UpdateExpression: expression.join(' '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(
        Object.entries({ ...set, ...setOnce, ...counters }).map(([name, value]) => [`:${name}`, value]),
      ),
    },
  };
}
