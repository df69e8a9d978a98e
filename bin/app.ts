import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { readConfig } from '../lib/config/config-file.ts';
import { createStacks } from '../lib/deployment/stacks.ts';

// Bundles keep their files' modes: with a umask such as 077, Lambda couldn't read them.
process.umask(0o022);

/** The CDK app: `npx cdk deploy --all`, with `-c config=FILE` for settings elsewhere than in trailwarden.yaml. */
const app = new App();
const file = z.string().optional().parse(app.node.tryGetContext('config'));
const config = readConfig(join(import.meta.dirname, '..'), file);
const env = {
  account: config.account ?? process.env.CDK_DEFAULT_ACCOUNT,
  region: config.region ?? process.env.CDK_DEFAULT_REGION,
};
createStacks(app, config, env);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
