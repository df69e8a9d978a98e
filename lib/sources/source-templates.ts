import { App, BootstraplessSynthesizer, type Stack } from 'aws-cdk-lib';
import type { DeploymentConfig } from '../config/config.ts';
import type { ExistingSource } from '../config/source-settings.ts';
import { addSourceStacks, SourceTopicStack } from './source-stack.ts';

/** A template for an account that doesn't use CDK. */
export interface SourceTemplate {
  readonly account: string;
  readonly region: string;
  readonly template: object;
}

/** The templates that the accounts of a source's bucket and topic need; absent where an account needs none. */
export function sourceTemplates(
  config: DeploymentConfig,
  { name }: ExistingSource,
): { readonly bucket?: SourceTemplate; readonly topic?: SourceTemplate } {
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    // They are read by people: no paths of this project.
    context: { 'aws:cdk:disable-metadata': true, '@aws-cdk/core:enablePartitionLiterals': true },
    defaultStackSynthesizer: new BootstraplessSynthesizer({}),
  });
  const stacks = addSourceStacks(app, config, name);
  const assembly = app.synth();
  const templateOf = (stack: Stack | undefined): SourceTemplate | undefined =>
    stack && {
      account: stack.account,
      region: stack.region,
      template: assembly.getStackByName(stack.stackName).template,
    };
  const bucket = templateOf(stacks.find((stack) => !(stack instanceof SourceTopicStack)));
  const topic = templateOf(stacks.find((stack) => stack instanceof SourceTopicStack));
  return { ...(bucket !== undefined && { bucket }), ...(topic !== undefined && { topic }) };
}
