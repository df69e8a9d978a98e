import { writeSync } from 'node:fs';
import { madeRecords } from './support/made-records.ts';
import { measureRows } from './support/row-sizes.ts';
import { sharedRecords } from './support/shared-records.ts';

test.each([['made', madeRecords()], ...sharedRecords()])(
  'rows of ordinary events take one write unit: %s records',
  (name, records) => {
    const { rows, median, percentile99, largest } = measureRows(records);
    const sizes = `median ${median} bytes, 99th percentile ${percentile99}, largest ${largest}`;
    writeSync(process.stdout.fd, `${rows} rows of ${name} records: ${sizes}\n`);
    expect(rows).toBeGreaterThan(0);
    expect(percentile99).toBeLessThan(1024);
  },
);
