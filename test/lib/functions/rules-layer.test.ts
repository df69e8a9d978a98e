import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { createDetector, ruleSetSchema } from '../../../lambda/detection/index.ts';
import { RulesError, RulesLayer, type RulesLayerProps } from '../../../lib/functions/rules-layer.ts';
import { logSource } from '../../support/sources.ts';
import { createApp, folderOf, RULE } from '../support/deployment.ts';

const RULE_ID = '0b1f9f4e-54f3-4d0c-8d5f-5a2f4f1c2b11';
const NOTHING: RulesLayerProps['rules'] = { placeholders: {}, overrides: {} };

/** The rule set that a function would find. */
function deployedRules(folders: string[], rules = NOTHING, more: Partial<RulesLayerProps> = {}) {
  const app = createApp();
  const stack = new Stack(app, 'stack');
  new RulesLayer(stack, 'Rules', { deployment: 'trailwarden', folders, rules, ...more });
  const assembly = app.synth();
  const [layer] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::LayerVersion'));
  const asset = join(assembly.directory, `asset.${String(layer?.Properties.Content.S3Key).replace('.zip', '')}`);
  return ruleSetSchema.parse(JSON.parse(readFileSync(join(asset, 'rules.json'), 'utf8')));
}

describe('the rules layer', () => {
  test('holds the rules of every folder as JSON that the detector reads', () => {
    const ours = folderOf({ 'ours.yaml': RULE.replace(RULE_ID, '6d2a1f8e-54f3-4d0c-8d5f-5a2f4f1c2b12') });
    const ruleSet = deployedRules([folderOf({ 'table.yml': RULE }), ours]);
    expect(ruleSet.rules).toHaveLength(2);
    const matches = createDetector(ruleSet).match({
      eventSource: 'dynamodb.amazonaws.com',
      eventName: 'DeleteTable',
      eventTime: '2026-11-21T09:00:00Z',
    });
    expect(matches).toHaveLength(2);
  });

  test('leaves out the tests beside the rules, and what is no YAML', () => {
    const folder = folderOf({ 'table.yml': RULE, 'table.test.yml': 'events: []', 'README.md': 'rules' });
    expect(deployedRules([folder]).rules).toHaveLength(1);
  });

  test('is the same for the same rules, so that a deploy without a change changes nothing', () => {
    const folder = folderOf({ 'a.yml': RULE });
    expect(deployedRules([folder])).toEqual(deployedRules([folder]));
  });

  test('has the levels of the configuration, and not the rules that it switches off', () => {
    const folder = folderOf({ 'table.yml': RULE });
    const raised = deployedRules([folder], { placeholders: {}, overrides: { [RULE_ID]: { level: 'critical' } } });
    expect(createDetector(raised).rules.map(({ level }) => level)).toEqual(['critical']);
    const off = deployedRules([folder], { placeholders: {}, overrides: { [RULE_ID]: { enabled: false } } });
    expect(off.rules).toEqual([]);
  });

  test('looks for buckets and keys of sources where rules look for those of logs', () => {
    const changed = RULE.replace('eventName: DeleteTable', "requestParameters.bucketName|expand: '%log_buckets%'");
    const used = RULE.replace(RULE_ID, '6d2a1f8e-54f3-4d0c-8d5f-5a2f4f1c2b12').replace(
      'eventName: DeleteTable',
      "requestParameters.keyId|expand: '%log_keys%'",
    );
    const key = 'arn:aws:kms:eu-central-1:444455556666:key/1234abcd';
    const ruleSet = deployedRules([folderOf({ 'changed.yml': changed, 'used.yml': used })], NOTHING, {
      sources: [logSource({ name: 'old', bucket: 'old-logs' })],
      sourceKeys: [key],
    });
    const detector = createDetector(ruleSet);
    const event = { eventSource: 'dynamodb.amazonaws.com', eventTime: '2026-11-21T09:00:00Z' };
    expect(detector.match({ ...event, requestParameters: { bucketName: 'old-logs' } })).toHaveLength(1);
    expect(detector.match({ ...event, requestParameters: { bucketName: 'other' } })).toHaveLength(0);
    expect(detector.match({ ...event, requestParameters: { keyId: key } })).toHaveLength(1);
  });

  test('has the placeholders of the configuration in its rules', () => {
    const expanding = RULE.replace('eventName: DeleteTable', "awsRegion|expand: '%our_regions%'");
    const folder = folderOf({ 'table.yml': expanding });
    const ruleSet = deployedRules([folder], { placeholders: { our_regions: ['eu-central-1'] }, overrides: {} });
    expect(JSON.stringify(ruleSet)).toContain('eu-central-1');
    expect(() => deployedRules([folder])).toThrow(/our_regions/);
  });
});

describe('a broken rule', () => {
  const broken = RULE.replace('condition: selection', 'condition: selektion');

  test('fails the synth with its file, line and column', () => {
    const folder = folderOf({ 'broken.yml': broken });
    expect(() => deployedRules([folder])).toThrow(RulesError);
    expect(() => deployedRules([folder])).toThrow(/broken\.yml:\d+:\d+: /);
  });

  test('hides no other one: all are named at once', () => {
    const folder = folderOf({ 'one.yml': broken, 'two.yml': 'title: [', 'three.yml': RULE });
    expect(() => deployedRules([folder])).toThrow(/one\.yml:\d+:\d+: [\s\S]*two\.yml:\d+:\d+: /);
  });

  test('is also an override of a rule that is not there', () => {
    const overrides = { 'no-such-rule': { enabled: false } };
    expect(() => deployedRules([folderOf({ 'table.yml': RULE })], { placeholders: {}, overrides })).toThrow(
      /no-such-rule/,
    );
  });

  test('is a folder that is not there', () => {
    expect(() => deployedRules(['/no/such/folder'])).toThrow(/\/no\/such\/folder: no such folder of rules/);
  });
});
