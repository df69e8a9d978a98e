import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { AuditStack } from '../lib/audit/audit-stack.ts';
import { readConfig } from '../lib/config/config-file.ts';
import { hasTrailStack } from '../lib/config/existing-sources.ts';
import { LogArchiveStack } from '../lib/log-archive/log-archive-stack.ts';
import { TrailStack } from '../lib/log-archive/trail-stack.ts';
import { DataStack } from '../lib/stores/data-stack.ts';

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
const logArchive = new LogArchiveStack(app, `${config.deployment}-log-archive`, { env, config });
const data = new DataStack(app, `${config.deployment}-data`, { env, config, logArchive });
new AuditStack(app, `${config.deployment}-audit`, { env, config, logArchive, data });
// Last, so that somebody listens when the first log object is announced.
if (hasTrailStack(config)) new TrailStack(app, `${config.deployment}-trail`, { env, config, logArchive });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
