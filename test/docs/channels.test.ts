import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHANNEL_TYPES } from '../../lambda/alerts/channels/channel-settings.ts';

const page = readFileSync(join(__dirname, '../../docs/alerts.md'), 'utf8');

const sections = new Map(
  page.split(/^### /m).map((section) => {
    const [heading = '', ...lines] = section.split('\n');
    return [heading.toLowerCase().replaceAll(' ', ''), lines.join('\n')];
  }),
);

test.each([...CHANNEL_TYPES, 'ocsf'])('%s is set up in five steps, each with what one sees', (type) => {
  const [list = ''] = /^1\. [\s\S]*?(?=\n\n)/m.exec(sections.get(type) ?? '') ?? [];
  const steps = list.split(/^\d\. /m).slice(1);
  expect(steps).toHaveLength(5);
  expect(steps.filter((step) => !/\byou see\b/i.test(step))).toEqual([]);
});
