import { isSecretPath, redact } from '../../../lambda/cloudtrail/record/secrets.ts';

test.each([
  'requestParameters.masterUserPassword',
  'requestParameters.userData',
  'responseElements.credentials.sessionToken',
  'responseElements.accessKey.secretAccessKey',
  'requestParameters.environment.variables.DB_URL',
  'requestParameters.containerDefinitions.environment.value',
  'requestParameters.authToken',
  'responseElements.privateKey',
  'requestParameters.secretString',
])('%s is a secret', (path) => {
  expect(isSecretPath(path)).toBe(true);
});

test.each([
  'requestParameters.secretId',
  'requestParameters.clientToken',
  'requestParameters.nextToken',
  'userIdentity.accessKeyId',
  'responseElements.credentials.accessKeyId',
  'requestParameters.containerDefinitions.environment.name',
  'requestParameters.keyName',
  'requestParameters.keySpec',
  'eventName',
])('%s is none', (path) => {
  expect(isSecretPath(path)).toBe(false);
});

test('secrets below a value are masked, and the rest is as it was', () => {
  const value = {
    functionName: 'f',
    environment: { variables: { TOKEN: 't0p' } },
    containers: [{ environment: [{ name: 'PASSWORD', value: 't0p' }] }],
    login: { password: 't0p', user: 'bob' },
  };
  expect(redact(value, 'requestParameters')).toEqual({
    functionName: 'f',
    environment: { variables: { TOKEN: '***' } },
    containers: [{ environment: [{ name: 'PASSWORD', value: '***' }] }],
    login: { password: '***', user: 'bob' },
  });
});

test('a pair whose name says that it is a secret keeps the name alone', () => {
  const attributes = [
    { name: 'ADMIN_PASSWORD', value: 't0p' },
    { name: 'REGION', value: 'eu-west-1' },
  ];
  expect(redact(attributes, 'requestParameters.settings')).toEqual([
    { name: 'ADMIN_PASSWORD', value: '***' },
    { name: 'REGION', value: 'eu-west-1' },
  ]);
});

test('what CloudTrail masked itself stays as it is', () => {
  const attributes = [{ name: 'CHEF_PIVOTAL_KEY', value: '*** Redacted ***' }];
  expect(redact({ engineAttributes: attributes, password: '****' }, 'requestParameters')).toEqual({
    engineAttributes: attributes,
    password: '****',
  });
});
