import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { handlerCode } from '../../../lib/bundle/handler-code.ts';

test('each function gets its own bundle', () => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'functions');
  for (const name of ['pack', 'notify']) {
    new LambdaFunction(stack, name, {
      code: handlerCode(name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
    });
  }
  const functions = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  expect(new Set(functions.map(({ Properties }) => Properties.Code.S3Key)).size).toBe(2);
});

test('what cannot be bundled fails the synthesis, with the reason', () => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'functions');
  const code = handlerCode('nobody');
  expect(() => code.bind(stack)).toThrow(/nobody\/handler\.ts can't be bundled:[\s\S]*Could not resolve/);
});
