import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { type Detector, LEVELS } from '../../lambda/detection/index.ts';
import { ruleLink, table } from './markdown.ts';
import type { Pack } from './pack.ts';

const logObject = z.object({ Records: z.array(z.looseObject({ eventTime: z.iso.datetime() })) });

type Found = Pick<Detector['rules'][number], 'title' | 'level' | 'tags'>;

/**
 * docs/coverage.md: which findings of medium or above each technique raises.
 * @param folder log objects of Stratus Red Team's techniques, each named after its technique
 */
export function coveragePage(pack: Pack, folder: string): string {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json.gz'))
    .sort();
  const rows = files.map((name) => {
    const found = findingsOf(pack.detector(), join(folder, name)).filter(({ level }) => isMedium(level));
    const techniques = new Set(found.flatMap(({ tags }) => tags.filter((tag) => /^attack\.t\d/.test(tag))));
    const attack = [...techniques].map((tag) => tag.replace('attack.', '').toUpperCase());
    return {
      technique: name.replace('.json.gz', ''),
      attack: attack.toSorted().join(', '),
      findings: found.map(({ level, title }) => `${level}: ${ruleLink(title)}`).join('<br>'),
    };
  });
  const covered = rows.filter(({ findings }) => findings !== '').length;
  return `# Attack techniques that the default pack finds

<!-- Written by \`npm run docs -- --stratus FOLDER\`, where FOLDER holds a log object for each technique. -->

Each technique of [Stratus Red Team](https://stratus-red-team.cloud) for AWS of which there are published records was
run through the default pack as it is, with nothing configured. For ${covered} of ${rows.length} it makes at least one
finding of medium or above; the table has all of those. The techniques of ATT&CK are those of the rules that found it.

${table(
  ['technique', 'findings', 'ATT&CK'],
  rows.map(({ technique, findings, attack }) => [`\`${technique}\``, findings === '' ? 'none' : findings, attack]),
)}
`;
}

function isMedium(level: (typeof LEVELS)[number]): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf('medium');
}

/** The rules that speak about the records of a log object, each once, the most severe first. */
function findingsOf(detector: Detector, file: string): Found[] {
  const { Records } = logObject.parse(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')));
  const found = new Map<string, Found>();
  for (const record of Records.toSorted((a, b) => a.eventTime.localeCompare(b.eventTime))) {
    const correlated = detector.correlate(record, Date.parse(record.eventTime));
    for (const one of [...detector.match(record), ...correlated]) found.set(one.ruleId, one);
  }
  return [...found.values()].sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
}
