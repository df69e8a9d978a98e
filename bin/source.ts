import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { readConfig } from '../lib/config/config-file.ts';
import { addSourceStacks } from '../lib/sources/source-stack.ts';

/**
 * The CDK app for the accounts that own buckets and topics of sources:
 * `npx cdk deploy --app 'npm run --silent source-app' DEPLOYMENT-source-NAME`, with the credentials of such an account.
 */
const app = new App();
const file = z.string().optional().parse(app.node.tryGetContext('config'));
addSourceStacks(app, readConfig(join(import.meta.dirname, '..'), file));
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
