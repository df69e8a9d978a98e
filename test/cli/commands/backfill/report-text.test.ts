import { reportText } from '../../../../cli/commands/backfill/backfill-text.ts';
import type { BackfillReport } from '../../../../lambda/backfill/report.ts';

const REPORT: BackfillReport = {
  isListed: true,
  batches: 3,
  batchesRead: 3,
  objects: 12,
  before: 2,
  closed: 9,
  rejected: 1,
  left: 0,
  records: 400,
  indexed: 399,
  recordsRejected: 1,
  findings: 4,
  correlated: 1,
  bytes: 90_000,
  writeUnits: 120,
  readUnits: 10,
  seconds: 3,
  named: [],
  uncorrelated: [],
};

test('a report names the correlations that were not judged, over how many batches and events', () => {
  expect(reportText(REPORT)).not.toContain('not judged');
  const text = reportText({ ...REPORT, uncorrelated: [{ ruleId: 'rule-many', batches: 2, events: 300_001 }] });
  expect(text).toContain('not judged: the correlation rule-many over 2 batches, with 300,001 events of theirs\n');
});

test('text of a rule that would change the terminal does not', () => {
  const uncorrelated = [{ ruleId: 'rule\u001b[2J', batches: 1, events: 1 }];
  expect(reportText({ ...REPORT, uncorrelated })).not.toContain('\u001b');
});
