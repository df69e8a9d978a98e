import { Document } from 'yaml';
import type { Answers } from './asked-settings.ts';

const HEAD = ` The settings of this deployment. What isn't here has its default: docs/configuration.md has every setting.
 After the first deploy and "trailwarden protect", add the line
 protected: true`;

/** trailwarden.yaml: what differs from the defaults, and the name. */
export function settingsText({ deployment, region, account, emails, minimumLevel, retentionDays }: Answers): string {
  const days = /^\d+$/.test(retentionDays) ? Number(retentionDays) : retentionDays;
  const alerts = {
    ...(minimumLevel !== 'low' && { minimumLevel }),
    ...(emails.length > 0 && { emails: { critical: emails, high: emails, operations: emails } }),
  };
  const document = new Document(
    {
      deployment,
      ...(region !== '' && { region }),
      ...(account !== '' && { account }),
      ...(days !== 365 && { retentionDays: days }),
      // Log objects are kept at least as long as their events are in the index.
      ...(typeof days === 'number' && days > DEFAULT_EXPIRE_DAYS && { logBucket: { expireDays: days } }),
      ...(Object.keys(alerts).length > 0 && { alerts }),
    },
    // Lists that stand three times are written three times: anchors read as a mistake to who doesn't know them.
    { aliasDuplicateObjects: false },
  );
  document.commentBefore = HEAD;
  return document.toString({ defaultStringType: 'PLAIN', lineWidth: 0 });
}

const DEFAULT_EXPIRE_DAYS = 1095;
