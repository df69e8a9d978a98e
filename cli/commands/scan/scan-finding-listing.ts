import { jsonText } from '../../output/json.ts';
import type { Listing } from '../../output/listing.ts';
import { levelStyle } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';
import type { EventFinding, GroupFinding, ScanFinding, ScanReceipt } from './scan-finding.ts';

/** How the findings of a scan are shown; the times of tables are in a zone. */
export function findingListing(zone: Zone): Listing<ScanFinding> {
  return {
    columns: [
      {
        title: 'When, level',
        parts: [
          {
            title: 'When',
            text: ({ eventTime }) => (eventTime === null ? 'no time' : zone.format(new Date(eventTime))),
          },
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
          { title: 'Who', text: ({ actor }) => actor },
          { title: 'Account', text: ({ account, region }) => `${account} ${region}`, style: () => 'faint' },
        ],
      },
    ],
    json: (finding) => ({ ...finding }),
    csv: {
      findingId: ({ findingId }) => findingId,
      ruleId: ({ ruleId }) => ruleId,
      title: ({ title }) => title,
      level: ({ level }) => level,
      eventID: ofEvent(({ eventID }) => eventID ?? undefined),
      eventTime: ({ eventTime }) => eventTime ?? undefined,
      actor: ({ actor }) => actor,
      action: ({ action }) => action,
      account: ({ account }) => account,
      region: ({ region }) => region,
      receipt: ({ receipt }) => place(receipt),
      matched: ({ matched }) => jsonText(matched),
      group: ofGroup(({ group }) => jsonText(group)),
      from: ofGroup(({ from }) => from),
      to: ofGroup(({ to }) => to),
      eventIDs: ofGroup(({ eventIDs }) => eventIDs.join(' ')),
      value: ofGroup(({ value }) => value),
    },
    nothing: 'No findings.',
  };
}

/** Where the event of a finding stands, for people: what `rules explain` takes. */
export function place(receipt: ScanReceipt): string {
  if ('file' in receipt) return `${receipt.file}#${receipt.index}`;
  return `s3://${receipt.bucket}/${receipt.key}#${receipt.index}`;
}

type Cell = string | number;

function ofEvent(read: (finding: EventFinding) => Cell | undefined): (finding: ScanFinding) => Cell | undefined {
  return (finding) => ('eventID' in finding ? read(finding) : undefined);
}

function ofGroup(read: (finding: GroupFinding) => Cell): (finding: ScanFinding) => Cell | undefined {
  return (finding) => ('group' in finding ? read(finding) : undefined);
}

function what(finding: ScanFinding): string {
  if ('eventID' in finding) return finding.action;
  const { atLeast, value, group } = finding;
  const members = Object.values(group).map((member) => (typeof member === 'string' ? member : jsonText(member)));
  return `${atLeast ? 'at least ' : ''}${value}${members.length > 0 ? `: ${members.join(', ')}` : ''}`;
}
