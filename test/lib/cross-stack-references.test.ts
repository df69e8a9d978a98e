import { synthesize } from './support/deployment.ts';

const templates = (({ logArchive, data, audit, trail }) => ({ 'log-archive': logArchive, data, audit, trail }))(
  synthesize(),
);

/** The exports that a template takes, each once. */
function importsOf(template: object): string[] {
  const names = [...JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => name ?? '');
  return [...new Set(names)].sort();
}

/** The stacks that a stack can't be without. */
const heldBy = (name: keyof typeof templates) => [
  ...new Set(importsOf(templates[name].toJSON()).map((exported) => exported.split(':')[0])),
];

test('what a stack takes from another one is exported there, so that CloudFormation refuses to make it anew', () => {
  const exported = Object.values(templates).flatMap((template) =>
    Object.values<{ readonly Export?: { readonly Name: string } }>(template.toJSON().Outputs ?? {}).flatMap(
      ({ Export }) => (Export === undefined ? [] : [Export.Name]),
    ),
  );
  const imported = Object.values(templates).flatMap((template) => importsOf(template.toJSON()));
  expect([...new Set(imported)].sort()).toEqual(exported.sort());
  expect(exported).toContainEqual(expect.stringMatching(/^log-archive:ExportsOutputFnGetAttKey/));
  expect(exported).toContainEqual(expect.stringMatching(/^log-archive:ExportsOutputRefDeliveryTopic/));
});

test('what holds data stands before what uses it, and nothing that holds data needs what may be made anew', () => {
  expect(heldBy('log-archive')).toEqual([]);
  expect(heldBy('data')).toEqual([]);
  expect(heldBy('audit').sort()).toEqual(['data', 'log-archive']);
  expect(heldBy('trail')).toEqual(['log-archive']);
});

test('no stack reads an output without holding it in place', () => {
  for (const template of Object.values(templates)) {
    expect(JSON.stringify(template.toJSON())).not.toContain('Fn::GetStackOutput');
  }
});

/** What can't be made again as it was. */
const DATA = /^AWS::(DynamoDB::(Global)?Table|KMS::Key|S3::Bucket|S3::BucketPolicy)$/;

test('keys, tables and buckets stay on a delete, and go when the deploy fails that was to make them', () => {
  for (const [name, template] of Object.entries(templates)) {
    const kept = Object.values<{ Type: string; DeletionPolicy?: string }>(template.toJSON().Resources).filter(
      ({ Type }) => DATA.test(Type),
    );
    expect(kept.length > 0).toBe(name === 'log-archive' || name === 'data');
    for (const { DeletionPolicy } of kept) expect(DeletionPolicy).toBe('RetainExceptOnCreate');
  }
});
