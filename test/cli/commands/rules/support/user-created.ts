import type { JsonObject } from '../../../../../lambda/shared/json.ts';
import { record } from '../../../../support/records.ts';

/** A detection rule, which a correlation can name. */
export const USER_CREATED = `
title: IAM user created
id: 11111111-1111-4111-8111-111111111111
name: user_created
status: stable
author: somebody
level: medium
tags: [attack.persistence, attack.t1136.003, cve.2026-1]
logsource: { product: aws, service: cloudtrail }
detection:
  created:
    eventSource: iam.amazonaws.com
    eventName: CreateUser
  helper:
    userIdentity.arn|contains: '%helpers%'
  condition: created and not helper
`.replace("'%helpers%'", "':role/helper'");

/** A correlation over it. */
export const MANY_USERS = `
title: Many IAM users created
id: 22222222-2222-4222-8222-222222222222
level: high
correlation:
  type: event_count
  rules: [user_created]
  group-by: [trailwarden.actor.id]
  timespan: 10m
  condition: { gte: 3 }
`;

/** A record that the rule matches. */
export const created = (members: JsonObject = {}): JsonObject =>
  record({ eventSource: 'iam.amazonaws.com', eventName: 'CreateUser', readOnly: false, ...members });
