import type { Listing } from '../../output/listing.ts';
import type { Style } from '../../output/text-style.ts';
import type { AuditItem } from './audit-item.ts';

const STYLES: Readonly<Record<AuditItem['status'], Style>> = {
  valid: 'good',
  verified: 'good',
  unvouched: 'warning',
  altered: 'critical',
  modified: 'critical',
  missing: 'critical',
  gap: 'bad',
  added: 'bad',
};

const MEMBERS = [
  'kind',
  'status',
  'account',
  'region',
  'name',
  'reason',
  'digest',
] as const satisfies readonly (keyof AuditItem)[];

export const AUDIT_LISTING: Listing<AuditItem> = {
  nothing: 'Nothing to show: --all lists what is valid and verified.',
  columns: [
    {
      title: 'What',
      parts: [
        { title: 'Status', text: ({ status }) => status, style: ({ status }) => STYLES[status] },
        { title: 'What', text: ({ kind }) => (kind === 'log' ? 'log object' : 'digest') },
        {
          title: 'Account',
          text: ({ account, region }) => [account, region].filter(Boolean).join(' '),
          style: () => 'faint',
        },
      ],
    },
    {
      title: 'File, reason',
      parts: [
        { title: 'File', text: ({ name }) => name },
        { title: 'Reason', text: ({ reason }) => reason },
      ],
    },
  ],
  json: (item) => Object.fromEntries(MEMBERS.map((name) => [name, item[name]])),
  csv: Object.fromEntries(MEMBERS.map((name) => [name, (item: AuditItem) => item[name]])),
};
