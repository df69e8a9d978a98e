import { ownCommand } from '../../../cli/aws/own-command.ts';

const ARGS = ['timeline', "bob's bucket"];
const INSTALLED = { env: {} };

describe('a command that is hinted at works as it stands', () => {
  test.each([
    ['where the package is installed', {}, 'trailwarden'],
    ['where another program of npm runs', { npm_lifecycle_event: 'npx' }, 'trailwarden'],
    ['in a checkout', { npm_lifecycle_event: 'trailwarden' }, 'npm run -s trailwarden --'],
  ])('%s', (_, env, program) => {
    expect(ownCommand(ARGS, {}, { env })).toBe(`${program} timeline 'bob'\\''s bucket'`);
  });

  test.each([
    [{ local: true }, ' --local'],
    [{ local: true, data: 'my case' }, " --data 'my case'"],
    [{ deployment: 'trailwarden' }, ''],
    [{ deployment: 'other', awsRegion: 'eu-west-1' }, ' --deployment other --aws-region eu-west-1'],
    [{ deployment: 'other', awsRegion: 'eu-west-1', config: 'a.yaml' }, ' --config a.yaml'],
    [{ awsProfile: 'audit' }, ' --aws-profile audit'],
  ] as const)('over the index that was asked: %j', (options, expected) => {
    expect(ownCommand(['status'], options, INSTALLED)).toBe(`trailwarden status${expected}`);
  });
});
