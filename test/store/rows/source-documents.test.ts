import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CloudTrailEvent, readEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { isNotable } from '../../../lambda/store/rows/notable.ts';
import { findLogFiles } from '../../../local/input/log-files.ts';

/** The records of the systems' own documentation, as the sample has them. */
async function sampleEvents(): Promise<readonly CloudTrailEvent[]> {
  const files = await findLogFiles([join(__dirname, '../../../local/sample')]);
  const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')));
  return texts.flatMap((text) => {
    const { Records }: { Records: readonly unknown[] } = JSON.parse(text);
    return Records.map((record, index) => {
      const result = readEvent(record, { bucket: 'b', key: 'k', version: 'v', index });
      if (!result.ok) throw new Error(result.reason);
      return result.event;
    });
  });
}

test('every record of the documented systems has rows, whatever rules say, except plain reads', async () => {
  const events = await sampleEvents();
  const isPlainRead = ({ access, outcome }: CloudTrailEvent) =>
    (access === 'read' || access === 'list') && outcome === 'success';
  const without = events.filter((event) => !isNotable(event, []));
  expect(events.length).toBeGreaterThan(15);
  expect(without.filter((event) => !isPlainRead(event)).map(({ action, eventID }) => `${action} ${eventID}`)).toEqual(
    [],
  );
  expect(without.length).toBeLessThan(events.length / 4);
});
