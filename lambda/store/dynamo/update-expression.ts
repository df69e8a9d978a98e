/** What an update does to a row: sets attributes, sets those that aren't there yet, adds 1 to counters, removes. */
export interface Change {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly setOnce?: Readonly<Record<string, unknown>>;
  readonly count?: readonly string[];
  readonly remove?: readonly string[];
}

/** The expressions of an UpdateItem call for a change. */
export function updateExpression({ set = {}, setOnce = {}, count = [], remove = [] }: Change): {
  UpdateExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, unknown>;
} {
  const names = [...Object.keys(set), ...Object.keys(setOnce), ...remove, ...count];
  const assignments = [
    ...Object.keys(set).map((name) => `#${name} = :${name}`),
    ...Object.keys(setOnce).map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  const expression = [
    ...(assignments.length === 0 ? [] : [`SET ${assignments.join(', ')}`]),
    ...(remove.length === 0 ? [] : [`REMOVE ${remove.map((name) => `#${name}`).join(', ')}`]),
    ...(count.length === 0 ? [] : [`ADD ${count.map((name) => `#${name} :one`).join(', ')}`]),
  ];
  return {
    UpdateExpression: expression.join(' '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries({ ...set, ...setOnce }).map(([name, value]) => [`:${name}`, value])),
      ...(count.length > 0 && { ':one': 1 }),
    },
  };
}
