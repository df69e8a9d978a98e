import type { Listing } from '../output/listing.ts';
import { levelStyle } from '../output/style.ts';
import type { Zone } from '../time/zone.ts';
import { type EventFinding, type ScanFinding, type ScanReceipt, timeOf } from './scan-finding.ts';

/** How the findings of a scan are shown; the times of tables are in a zone. */
export function findingListing(zone: Zone): Listing<ScanFinding> {
  return {
    columns: [
      {
        title: 'When, level',
        parts: [
          { title: 'When', text: (finding) => zone.format(new Date(timeOf(finding))) },
          { title: 'Level', text: ({ level }) => level, style: ({ level }) => levelStyle(level) },
        ],
      },
      {
        title: 'Rule, what',
        parts: [
          { title: 'Rule', text: ({ title }) => title },
          { title: 'What', text: what },
        ],
      },
      {
        title: 'Who, where',
        parts: [
          { title: 'Who', text: who },
          { title: 'Account', text: ofEvent(({ account, region }) => `${account} ${region}`), style: () => 'faint' },
        ],
      },
    ],
    json: (finding) => ({ ...finding }),
    csv: {
      findingId: ({ findingId }) => findingId,
      ruleId: ({ ruleId }) => ruleId,
      title: ({ title }) => title,
      level: ({ level }) => level,
      eventTime: timeOf,
      eventID: ofEvent(({ eventID }) => eventID),
      actor: ofEvent(({ actor }) => actor),
      action: ofEvent(({ action }) => action),
      account: ofEvent(({ account }) => account),
      region: ofEvent(({ region }) => region),
      receipt: ofEvent(({ receipt }) => place(receipt)),
      matched: ofEvent(({ matched }) => JSON.stringify(matched)),
      group: (finding) => ('group' in finding ? JSON.stringify(finding.group) : undefined),
      from: (finding) => ('group' in finding ? finding.from : undefined),
      to: (finding) => ('group' in finding ? finding.to : undefined),
      eventIDs: (finding) => ('group' in finding ? finding.eventIDs.join(' ') : undefined),
    },
    nothing: 'No findings.',
  };
}

/** Where the event of a finding stands, for people. */
export function place(receipt: ScanReceipt): string {
  return 'file' in receipt
    ? `${receipt.file}#${receipt.index}`
    : `s3://${receipt.bucket}/${receipt.key}#${receipt.index}`;
}

function ofEvent(read: (finding: EventFinding) => string): (finding: ScanFinding) => string | undefined {
  return (finding) => ('eventID' in finding ? read(finding) : undefined);
}

function what(finding: ScanFinding): string {
  if ('eventID' in finding) return finding.action;
  const { atLeast, value, from, to } = finding;
  return `${atLeast ? 'at least ' : ''}${value}, from ${from} to ${to}`;
}

function who(finding: ScanFinding): string {
  if ('eventID' in finding) return finding.actor;
  return Object.entries(finding.group)
    .map(([field, value]) => `${field}: ${value ?? '(none)'}`)
    .join(', ');
}
