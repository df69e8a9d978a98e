import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { counted } from '../../lambda/shared/counted.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { existingSources } from '../config/existing-sources.ts';

/** By the tag of rules that need them: events that a trail records only where it is asked to. */
const CATEGORIES = {
  'needs.data-events': { category: 'Data', events: 'data events' },
  'needs.network-activity-events': { category: 'NetworkActivity', events: 'network activity events' },
} as const;

/** Rules that a message names. */
const NAMED = 5;

type Rule = { readonly title: string; readonly tags: readonly string[]; readonly finding: boolean };

/**
 * Says at synth which rules stay silent, because the trail records none of the events that they need. What trails
 * record that are there already isn't known here, so that nothing is said where there are such.
 */
export function tellOfUnrecorded(scope: Construct, rules: readonly Rule[], config: DeploymentConfig): void {
  if (existingSources(config).length > 0) return;
  const recorded = new Set(
    config.trail.advancedEventSelectors.flatMap(({ fieldSelectors }) =>
      fieldSelectors.flatMap(({ field, equals = [] }) => (field === 'eventCategory' ? equals : [])),
    ),
  );
  for (const [tag, { category, events }] of Object.entries(CATEGORIES)) {
    const silent = rules.filter(({ tags, finding }) => finding && tags.includes(tag)).map(({ title }) => title);
    if (silent.length === 0 || recorded.has(category)) continue;
    const more = silent.length > NAMED ? ` and ${silent.length - NAMED} more` : '';
    Annotations.of(scope).addInfo(
      `${counted(silent.length, 'rule needs', 'rules need')} ${events}, and the trail records none: ` +
        `${silent.slice(0, NAMED).join('; ')}${more}. They stay silent until trail.advancedEventSelectors of the ` +
        `configuration has a selector of the category ${category}.`,
    );
  }
}
