/** A statement of a policy, as the tests of templates write it. */
export const allow = (Action: string | string[], Resource: string | string[], Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

/** The condition that a key is used through these services alone. */
export const via = (...services: string[]) => ({
  StringEquals: { 'kms:ViaService': services.map((service) => `${service}.eu-central-1.amazonaws.com`) },
});

/** What every function that correlates may do with the state that they share. */
export const CORRELATES = [
  'dynamodb:BatchGetItem',
  'dynamodb:GetItem',
  'dynamodb:PartiQLInsert',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];
