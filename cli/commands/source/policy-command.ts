import { Command } from 'commander';
import { stringify } from 'yaml';
import { type Grant, sourceGrants } from '../../../lib/sources/source-grants.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { namedSource } from './named-source.ts';

interface PolicyOptions {
  readonly config?: string;
  readonly template?: true;
  readonly topicTemplate?: true;
}

const HELP = `
Prints the statements that go into policies of the bucket, key, topic or role of a source, each with the account that it
belongs to, and the CloudFormation template that its account needs: for those who don't use CDK there. Nothing is changed.

Examples:
  $ trailwarden source policy landing-zone
  $ trailwarden source policy landing-zone --template > source.yaml           for the account of the bucket
  $ trailwarden source policy landing-zone --topic-template > topic.yaml      for the account of the topic
  $ aws cloudformation deploy --stack-name trailwarden-source-landing-zone --template-file source.yaml \\
      --capabilities CAPABILITY_NAMED_IAM
`;

/** `trailwarden source policy`: what the owners of a source have to allow. */
export function policyCommand(io: Io): Command {
  return new Command('policy')
    .description('Prints the statements and the template that the accounts of a source need.')
    .argument('<name>', 'name of the source in the settings file')
    .option('--template', 'only the template for the account of the bucket, as YAML')
    .option('--topic-template', 'only the template for the account of the topic, as YAML')
    .option('--config <file>', 'settings file of the deployment (default: trailwarden.yaml in this folder)')
    .addHelpText('after', HELP)
    .action((name: string, options: PolicyOptions) => print(name, options, io));
}

async function print(name: string, { config: file, template, topicTemplate }: PolicyOptions, io: Io): Promise<void> {
  const { config, home, source } = namedSource(name, file);
  // CDK takes a second to load.
  const { sourceTemplates } = await import('../../../lib/sources/source-templates.ts');
  const templates = sourceTemplates(config, source);
  if (template || topicTemplate) {
    const wanted = template ? templates.bucket : templates.topic;
    if (wanted === undefined) {
      throw new CommandFailure(`The account of the ${template ? 'bucket' : 'topic'} of ${name} needs no stack.`);
    }
    io.stdout.write(asYaml(wanted.template));
    return;
  }
  const grants = sourceGrants(source, home);
  for (const grant of grants) io.stdout.write(`${describe(grant)}\n`);
  for (const [option, part] of [
    ['--template', templates.bucket],
    ['--topic-template', templates.topic],
  ] as const) {
    if (part === undefined) continue;
    io.stdout.write(
      `# CloudFormation, in account ${part.account}, region ${part.region}: trailwarden source policy ${name} ${option}\n` +
        `${asYaml(part.template)}\n`,
    );
  }
  if (grants.length === 0 && templates.bucket === undefined && templates.topic === undefined) {
    io.stdout.write(`Nothing: the policies of the deployment do for ${name}.\n`);
  }
}

function describe({ policy, account, note, statements }: Grant): string {
  return `# In account ${account}: ${policy}\n# ${note}\n${JSON.stringify(statements, undefined, 2)}\n`;
}

/** CloudFormation reads YAML 1.1, in which a policy's version is a date unless it is quoted. */
function asYaml(template: object): string {
  return stringify(template, { lineWidth: 0, version: '1.1' });
}
