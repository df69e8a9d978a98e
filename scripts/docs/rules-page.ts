import { LEVELS } from '../../lambda/detection/index.ts';
import { PLACEHOLDERS, packPlaceholders } from '../../rules/placeholders.ts';
import { anchor, table } from './markdown.ts';
import type { PackRule } from './pack.ts';
import { rulesGrid } from './rules-grid.ts';

/** The folders of the pack in the order in which people read them. */
const FOLDERS: readonly (readonly [folder: string, heading: string])[] = [
  ['root', 'Root'],
  ['console', 'Signing in to the console'],
  ['iam', 'IAM'],
  ['identity-center', 'IAM Identity Center and Amazon Cognito'],
  ['cloudtrail', 'CloudTrail and its logs'],
  ['detection-services', 'Detection services'],
  ['chains', 'Chains of findings'],
  ['trailwarden', 'Trailwarden itself'],
  ['organizations', 'AWS Organizations'],
  ['account', 'The account, its bill and its quotas'],
  ['regions', 'Regions'],
  ['discovery', 'Looking around'],
  ['first-seen', 'Never seen before'],
  ['secrets', 'Secrets and parameters'],
  ['sharing', 'Sharing with others'],
  ['network', 'Network'],
  ['edge', 'Names, certificates and APIs'],
  ['s3', 'Amazon S3'],
  ['storage', 'Backups, archives and file systems'],
  ['ec2', 'Amazon EC2'],
  ['ssm', 'Systems Manager'],
  ['lambda', 'AWS Lambda'],
  ['containers', 'Containers'],
  ['build', 'Building and deploying'],
  ['rds', 'Amazon RDS'],
  ['databases', 'Other databases'],
  ['analytics', 'Streams, data lakes and transfers'],
  ['messaging', 'Messages and mail'],
  ['kms', 'AWS KMS'],
  ['eks', 'Amazon EKS'],
  ['efs', 'Amazon EFS'],
  ['appmesh', 'AWS App Mesh'],
  ['opsworks', 'OpsWorks for Chef Automate'],
  ['bedrock', 'Amazon Bedrock'],
  ['machine-learning', 'Amazon SageMaker AI'],
  ['desktops', 'Desktops and Lightsail'],
  ['compliance', 'CIS AWS Foundations Benchmark'],
];

/**
 * docs/rules.md: what each rule of the pack means, and what to do.
 * @throws Error for a rule in a folder that the page doesn't know.
 */
export function rulesPage(rules: readonly PackRule[]): string {
  const unknown = rules.find(({ path }) => !FOLDERS.some(([folder]) => path.startsWith(`${folder}/`)));
  if (unknown !== undefined) throw new Error(`rules/${unknown.path}.yml: its folder has no heading in docs/rules.md`);
  const shown = rules.filter(({ finding }) => finding);
  const sections = FOLDERS.map(([folder, heading]) => {
    const own = shown.filter(({ path }) => path.startsWith(`${folder}/`)).toSorted(bySeverity(folder));
    return `## ${heading}\n\n${own.map(ruleSection).join('\n\n')}`;
  });
  return `${introduction(shown)}\n\n${sections.join('\n\n')}\n\n${grid(shown)}\n`;
}

function grid(rules: readonly PackRule[]): string {
  return `## What is found, by service

A rule stands here by the tags \`harm.*\` that it has, and by the services whose calls it looks at. Rules on looking
around, on root and on sign-ins stand above only.

${rulesGrid(rules)}`;
}

/** The most severe first; the controls of a benchmark stay in their order. */
function bySeverity(folder: string): (a: PackRule, b: PackRule) => number {
  return (a, b) => (folder === 'compliance' ? 0 : LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
}

function introduction(rules: readonly PackRule[]): string {
  const levels = LEVELS.toReversed().map((level) => [
    level,
    String(rules.filter((rule) => rule.level === level).length),
  ]);
  const contents = FOLDERS.map(([folder, heading]) => {
    const count = rules.filter(({ path }) => path.startsWith(`${folder}/`)).length;
    return [`[${heading}](#${anchor(heading)})`, `rules/${folder}`, String(count)];
  });
  const defaults = packPlaceholders();
  const placeholders = Object.entries(PLACEHOLDERS).map(([name, meaning]) => {
    const values = (defaults[name] ?? []).map((value) => `\`${value}\``).join(', ');
    return [`\`${name}\``, meaning, values === '' ? 'none' : values];
  });
  return `# The rules of the default pack

<!-- Written by \`npm run docs\` from the files in rules/; \`npm run docs:check\` says when it is stale. -->

Findings of every level are kept. Those of \`informational\` alert nobody; from which level on people are told the
setting \`alerts.minimumLevel\` says. Beside each rule stand its tests: \`npm run trailwarden -- rules test rules\`.

${table(['level', 'rules'], levels)}

${table(['subject', 'folder', 'rules'], contents)}

A rule is switched off or given another level by its id in the configuration (\`rules.overrides\`), and what is known to
be good is excluded by a Sigma filter in a folder of your own (\`rules.folders\`).

[The grid](#what-is-found-by-service) at the end shows of each service which rules say that it is opened, destroyed or
used against you, and why there is none where there is none.

Some rules ask for what only you know. \`rules.placeholders\` of the configuration says it; until then the defaults hold:

${table(['placeholder', 'what belongs into it', 'default'], placeholders)}`;
}

function ruleSection(rule: PackRule): string {
  const { meaning, first } = explanation(rule);
  const attack = rule.tags.flatMap((tag) => /^attack\.(t\d.*)$/.exec(tag)?.[1]?.toUpperCase() ?? []);
  const controls = rule.tags.flatMap((tag) => /^cis\.(.*)$/.exec(tag)?.[1] ?? []);
  const facts = [
    `**${rule.level}**`,
    `\`${rule.id}\``,
    ...(attack.length > 0 ? [`ATT&CK ${attack.join(', ')}`] : []),
    ...(controls.length > 0 ? [`CIS ${controls.join(', ')}`] : []),
    `rules/${rule.path}.yml`,
  ];
  return [
    `### ${rule.title}`,
    facts.join(' · '),
    meaning,
    ...(first === undefined ? [] : [`**What to do first:** ${first}`]),
    `**May be harmless when:** ${rule.falsepositives.join(' ')}`,
  ].join('\n\n');
}

/** A description ends with a paragraph on what to do first. */
function explanation({ description = '' }: PackRule): { meaning: string; first?: string } {
  const paragraphs = description
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, ' '));
  const first = paragraphs.find((paragraph) => paragraph.startsWith('First: '));
  const meaning = paragraphs.filter((paragraph) => paragraph !== first).join('\n\n');
  return { meaning, ...(first !== undefined && { first: first.slice('First: '.length) }) };
}
