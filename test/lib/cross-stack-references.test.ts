import { synthesize } from './support/deployment.ts';

const { audit, logArchive } = synthesize();

/** The exports that a template takes, each once. */
function importsOf(template: object): string[] {
  const names = [...JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => name ?? '');
  return [...new Set(names)].sort();
}

test('what the audit stack takes from the log archive is exported, so that CloudFormation refuses to make it anew', () => {
  const exported = Object.values<{ readonly Export?: { readonly Name: string } }>(logArchive.toJSON().Outputs ?? {})
    .flatMap(({ Export }) => (Export === undefined ? [] : [Export.Name]))
    .sort();
  expect(exported).toEqual([
    expect.stringMatching(/^log-archive:ExportsOutputFnGetAttKey/),
    expect.stringMatching(/^log-archive:ExportsOutputRefDeliveryTopic/),
  ]);
  expect(importsOf(audit.toJSON())).toEqual(exported);
});

test('no stack reads an output without holding it in place', () => {
  for (const template of [audit, logArchive]) {
    expect(JSON.stringify(template.toJSON())).not.toContain('Fn::GetStackOutput');
  }
});
