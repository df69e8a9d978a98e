import * as fc from 'fast-check';
import { findPolicyGrants } from '../../../lambda/cloudtrail/classify/policy-grants.ts';
import type { JsonObject, JsonValue } from '../../../lambda/shared/json.ts';

const grantsOf = (requestParameters: JsonValue) => findPolicyGrants({ requestParameters });
const policy = (...statements: JsonObject[]): JsonObject => ({ Version: '2012-10-17', Statement: statements });
const allow = (more: JsonObject): JsonObject => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...more });
const isPublic = (more: JsonObject) => grantsOf({ policy: policy(allow(more)) }).map((grant) => grant.public);

describe('the policy documents of a request', () => {
  const document = policy(allow({ Principal: { AWS: ['*'] } }));

  test.each<[string, JsonValue]>([
    ['an object', { bucketPolicy: document }],
    ['text', { policyText: JSON.stringify(document, null, 2) }],
    ['URL-encoded text', { policyDocument: encodeURIComponent(JSON.stringify(document)) }],
    ['text within a map', { attributes: { Policy: JSON.stringify(document) } }],
  ])('are read where they stand as %s', (_form, parameters) => {
    expect(grantsOf(parameters)).toEqual([
      { principals: ['*'], actions: ['s3:GetObject'], resources: ['*'], public: true },
    ]);
  });

  test('may have one statement in the place of a list', () => {
    expect(grantsOf({ policy: { Statement: allow({ Principal: '*' }) } })).toHaveLength(1);
  });

  test.each<[string, JsonValue]>([
    ['no request', null],
    ['an empty policy', { attributes: { Policy: '' } }],
    ['text that is no JSON', { bucketPolicy: 'a Statement that is no policy' }],
    ['a Statement that is text', { policy: { Statement: 'Allow' } }],
    ['a Deny', { policy: policy({ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }) }],
  ])('give nothing away in %s', (_what, parameters) => {
    expect(grantsOf(parameters)).toEqual([]);
  });

  test('are never more than can be looked at, and never throw', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(grantsOf(JSON.parse(json)).length).toBeLessThanOrEqual(500);
        expect(grantsOf({ policy: `{"Statement":${json}}` }).length).toBeLessThanOrEqual(500);
      }),
    );
  });
});

describe('a grant', () => {
  test.each<[string, JsonObject]>([
    ['to everybody', { Principal: '*' }],
    ['to any AWS principal', { Principal: { AWS: '*' } }],
    ['to all but a few', { NotPrincipal: { AWS: 'arn:aws:iam::210987654321:root' } }],
    ['over TLS', { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
    ['to every address', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }],
    ['to any organization', { Principal: '*', Condition: { StringLike: { 'aws:PrincipalOrgID': '*' } } }],
    ['outside of one', { Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } }],
    [
      'to callers who may lack the key',
      { Principal: '*', Condition: { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } },
    ],
    [
      'to a role name in any account',
      { Principal: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/reader' } } },
    ],
  ])('%s is public', (_whom, statement) => {
    expect(isPublic(statement)).toEqual([true]);
  });

  test.each<[string, JsonObject]>([
    ['to an account', { Principal: { AWS: 'arn:aws:iam::345678901234:root' } }],
    ['to a service', { Principal: { Service: 'cloudtrail.amazonaws.com' } }],
    ['without a principal, as identity policies have it', {}],
    ['to an organization', { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } }],
    ['to a network', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.0.2.0/24'] } } }],
    [
      'by the owner of a topic',
      { Principal: { AWS: '*' }, Condition: { StringEquals: { 'AWS:SourceOwner': '210987654321' } } },
    ],
    ['on behalf of a bucket', { Principal: '*', Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::reports' } } }],
  ])('%s is not', (_whom, statement) => {
    expect(isPublic(statement)).toEqual([false]);
  });
});
