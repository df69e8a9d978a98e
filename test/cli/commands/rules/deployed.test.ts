import { useAwsEnvironment } from '../../../support/aws-environment.ts';
import { type Deployment, notificationOf, startDeployment } from '../../../support/deployment.ts';
import { iamUser, logObject, logObjectKey } from '../../../support/records.ts';
import { runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { created, USER_CREATED } from './support/user-created.ts';

describe('over what a deployment has read', () => {
  let deployment: Deployment;
  let folder: TemporaryFolder;
  let rule: string;
  let restore: () => void;
  /** The emulators' clock: objects are delivered at its time. */
  const now = new Date();
  const daysAgo = (days: number) => `${new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 19)}Z`;

  beforeAll(async () => {
    deployment = await startDeployment();
    restore = useAwsEnvironment(deployment.aws);
    folder = await temporaryFolder();
    rule = await folder.write('rule.yml', USER_CREATED);
  });
  afterAll(async () => {
    restore();
    await folder.remove();
    await deployment.aws.stop();
  });

  const rules = (command: string, ...args: string[]) =>
    runCommand(['rules', command, rule, ...args, '--deployment', deployment.aws.resources.deployment], {
      now: new Date(Date.now() + 1000),
    });

  async function deliver(body: Buffer): Promise<string> {
    const key = logObjectKey();
    await deployment.put(key, body);
    await deployment.deliver(notificationOf(deployment, key));
    return key;
  }

  test('rules backtest --days judges the raw records of those days, each event once', async () => {
    const recent = created({ eventID: 'e-recent', eventTime: daysAgo(2), userIdentity: iamUser('bob') });
    await deliver(logObject([created({ eventID: 'e-new', eventTime: daysAgo(0) }), recent]));
    await deliver(logObject([created({ eventID: 'e-old', eventTime: daysAgo(20) }), recent]));
    const { code, stdout, stderr } = await rules('backtest', '--days', '7', '--format', 'json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ events: 3, findings: 2, alerts: 2 });
    expect(report.examples).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          eventID: 'e-recent',
          receipt: expect.objectContaining({ bucket: deployment.aws.resources.buckets.logs, index: 1 }),
        }),
      ]),
    );
    expect(stderr).toContain('1 event outside of the time asked for');
    expect(JSON.parse((await rules('backtest', '--days', '30', '--format', 'json')).stdout).findings).toBe(3);
  });

  test.each([
    [['--since', '21d'], 3],
    [['--since', '7d'], 2],
    [['--since', '21d', '--until', '7d'], 1],
    [['--since', '21d', '--until', '19d'], 1],
    [['--since', '19d', '--until', '7d'], 0],
  ])('rules backtest %j judges the events of that time', async (args, findings) => {
    const { code, stdout } = await rules('backtest', ...args, '--format', 'json');
    expect({ code, findings: JSON.parse(stdout).findings }).toEqual({ code: 0, findings });
  });

  test('rules explain finds the event of an eventID, and its raw record', async () => {
    await deliver(logObject([created({ eventID: 'e-explained', userIdentity: iamUser('carol') })]));
    expect((await rules('explain', 'e-explained')).stdout).toContain('(event: "arn:aws:iam::111122223333:user/carol")');
    const { code, stderr } = await rules('explain', 'e-nowhere');
    expect(code).toBe(1);
    expect(stderr).toContain('e-nowhere is neither a file nor an event in the index');
  });
});
