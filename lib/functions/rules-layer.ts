import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { formatProblem, parseRules, type RuleSet, type RuleSource } from '../../lambda/detection/index.ts';
import type { LogSource } from '../../lambda/sources/log-source.ts';
import { packPlaceholders } from '../../rules/placeholders.ts';
import { readRuleSources } from '../../rules/rule-sources.ts';
import type { DeploymentConfig } from '../config/config.ts';
import type { DeployedContent } from '../config/directory-content.ts';
import { CHANNELS_FILE, DIRECTORY_FILE, RULES_FILE, SOURCES_FILE } from './audit-function.ts';

/** Rules can't be deployed. The message has a line a problem, `file:line:column: what is wrong`. */
export class RulesError extends Error {
  override name = 'RulesError';
}

export interface RulesLayerProps {
  readonly deployment: string;
  /** The default pack and the user's folders, each read with its subfolders. */
  readonly folders: readonly string[];
  readonly rules: Pick<DeploymentConfig['rules'], 'placeholders' | 'overrides'>;
  /** Written beside the rules: an environment has no room for the accounts of many channels. */
  readonly channels?: DeploymentConfig['alerts']['channels'];
  /** Written there for the same reason. Rules about log buckets match theirs too. */
  readonly sources?: readonly LogSource[];
  /** Written there too. */
  readonly directory?: DeployedContent;
  /** ARNs of the keys of those buckets. */
  readonly sourceKeys?: readonly string[];
}

/**
 * The rule set, parsed, checked and normalised when the app is synthesized: a broken rule never gets as far as a
 * deployment. A layer and not a part of the bundle, so that a change of rules leaves the functions' code as it is.
 */
export class RulesLayer extends LayerVersion {
  /** The rules that are deployed. */
  readonly rules: readonly RuleSet['rules'][number]['metadata'][];

  /** @throws RulesError with every problem of every file. */
  constructor(
    scope: Construct,
    id: string,
    { deployment, folders, rules, channels = [], sources = [], sourceKeys = [], directory }: RulesLayerProps,
  ) {
    const ruleSet = readRuleSet({ deployment, folders, rules, sources, sourceKeys });
    const folder = mkdtempSync(join(tmpdir(), 'trailwarden-rules-'));
    try {
      writeFileSync(join(folder, basename(RULES_FILE)), JSON.stringify(ruleSet));
      if (channels.length > 0) writeFileSync(join(folder, basename(CHANNELS_FILE)), JSON.stringify(channels));
      if (sources.length > 0) writeFileSync(join(folder, basename(SOURCES_FILE)), JSON.stringify(sources));
      if (directory !== undefined) writeFileSync(join(folder, basename(DIRECTORY_FILE)), JSON.stringify(directory));
      super(scope, id, {
        layerVersionName: `${deployment}-rules`,
        description: `${deployment}: the rule set`,
        code: Code.fromAsset(folder),
        compatibleArchitectures: [Architecture.ARM_64],
        compatibleRuntimes: [Runtime.NODEJS_24_X],
      });
    } finally {
      // The asset was copied when it was made.
      rmSync(folder, { recursive: true });
    }
    this.rules = ruleSet.rules.map(({ metadata }) => metadata);
  }
}

/** Every rule file below `folder`, in the order of their names. */
function rulesBelow(folder: string): readonly RuleSource[] {
  if (!existsSync(folder)) {
    throw new RulesError(`${folder}: no such folder of rules; rules.folders of the configuration names it`);
  }
  return readRuleSources(folder);
}

function readRuleSet({ deployment, folders, rules, sources = [], sourceKeys = [] }: RulesLayerProps): RuleSet {
  const entries = Object.entries(rules.overrides);
  const { ruleSet, problems } = parseRules(folders.flatMap(rulesBelow), {
    placeholders: packPlaceholders({
      deployment,
      placeholders: rules.placeholders,
      logBuckets: sources.map(({ bucket }) => bucket),
      logKeys: sourceKeys,
    }),
    levels: Object.fromEntries(entries.flatMap(([id, { level }]) => (level === undefined ? [] : [[id, level]]))),
    disabled: entries.filter(([, { enabled }]) => enabled === false).map(([id]) => id),
  });
  if (problems.length > 0) {
    throw new RulesError(`Rules can't be deployed:\n${problems.map(formatProblem).join('\n')}`);
  }
  return ruleSet;
}
