import { findingColumns } from '../../../listings/finding-columns.ts';
import { jsonText } from '../../../output/json.ts';
import type { Listing } from '../../../output/listing.ts';
import type { Zone } from '../../../time/time-zone.ts';
import type { EventFinding, GroupFinding, ScanFinding, ScanReceipt } from './scan-finding.ts';

/** How the findings of a scan are shown: as those of the tables; the times of tables are in a zone. */
export function findingListing(zone: Zone, now: Date): Listing<ScanFinding> {
  return {
    get columns() {
      return findingColumns(zone, now, [
        { title: 'Counted', text: counted, leaveOut: 3 },
        { title: 'Place', text: ({ receipt }) => place(receipt), style: () => 'faint', leaveOut: 6 },
      ]);
    },
    json: (finding) => ({ ...finding }),
    csv: {
      findingId: ({ findingId }) => findingId,
      ruleId: ({ ruleId }) => ruleId,
      title: ({ title }) => title,
      level: ({ level }) => level,
      eventID: ofEvent(({ eventID }) => eventID ?? undefined),
      eventTime: ({ eventTime }) => eventTime ?? undefined,
      actor: ({ actor }) => actor,
      actorKind: ({ actorKind }) => actorKind,
      action: ({ action }) => action,
      account: ({ account }) => account,
      region: ({ region }) => region,
      resources: ({ resources }) => resources.join(' '),
      address: ({ address }) => address,
      outcome: ({ outcome }) => outcome,
      errorCode: ({ errorCode }) => errorCode,
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

/** What a correlation counted, and for which group. */
function counted(finding: ScanFinding): string | undefined {
  if ('eventID' in finding) return undefined;
  const { atLeast, value, group } = finding;
  const members = Object.values(group).map((member) => (typeof member === 'string' ? member : jsonText(member)));
  return `${atLeast ? 'at least ' : ''}${value}${members.length > 0 ? `: ${members.join(', ')}` : ''}`;
}
