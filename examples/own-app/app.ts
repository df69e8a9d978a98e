import { App } from 'aws-cdk-lib';
import { SecurityStack } from './security-stack.ts';

const app = new App();
new SecurityStack(app, 'security', { env: { account: '111122223333', region: 'eu-central-1' } });
