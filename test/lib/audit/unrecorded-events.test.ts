import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { tellOfUnrecorded } from '../../../lib/audit/unrecorded-events.ts';
import { parseConfig } from '../../../lib/config/config-file.ts';
import { createApp } from '../support/deployment.ts';

const rule = (title: string, ...tags: string[]) => ({ title, tags, finding: true });
const RULES = [
  rule('Object copied', 'needs.data-events'),
  rule('Table read', 'needs.data-events'),
  rule('Call refused', 'needs.network-activity-events'),
  rule('Trail deleted'),
  { ...rule('For correlations only', 'needs.data-events'), finding: false },
];

function told(config: object): readonly string[] {
  const stack = new Stack(createApp(), 'stack');
  tellOfUnrecorded(stack, RULES, parseConfig(JSON.stringify(config), 'trailwarden.yaml'));
  return Annotations.fromStack(stack)
    .findInfo('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}

const selector = (category: string, type: string) => ({
  name: category,
  fieldSelectors: [
    { field: 'eventCategory', equals: [category] },
    { field: category === 'Data' ? 'resources.type' : 'eventSource', equals: [type] },
  ],
});

describe('synth says which rules stay silent', () => {
  test('where the trail records neither data events nor network activity events', () => {
    expect(told({})).toEqual([
      '2 rules need data events, and the trail records none: Object copied; Table read. They stay silent until ' +
        'trail.advancedEventSelectors of the configuration has a selector of the category Data.',
      expect.stringContaining('1 rule needs network activity events, and the trail records none: Call refused.'),
    ]);
  });

  test('and nothing of what the trail records', () => {
    const both = [selector('Data', 'AWS::S3::Object'), selector('NetworkActivity', 's3.amazonaws.com')];
    expect(told({ trail: { advancedEventSelectors: both.slice(0, 1) } })).toEqual([
      expect.stringContaining('network activity events'),
    ]);
    expect(told({ trail: { advancedEventSelectors: both } })).toEqual([]);
  });
});
