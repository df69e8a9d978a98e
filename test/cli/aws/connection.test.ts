import { Command } from 'commander';
import { type ConnectionOptions, withConnection } from '../../../cli/aws/connection.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

let folder: TemporaryFolder;
let cwd: jest.SpyInstance;

beforeEach(async () => {
  folder = await temporaryFolder();
  cwd = jest.spyOn(process, 'cwd').mockReturnValue(folder.path);
});

afterEach(async () => {
  cwd.mockRestore();
  await folder.remove();
});

/** The options that a command's action gets. */
async function asked(...args: readonly string[]): Promise<ConnectionOptions> {
  let options: ConnectionOptions | undefined;
  const command = withConnection(new Command('ask').exitOverride()).action((given: ConnectionOptions) => {
    options = given;
  });
  await command.parseAsync(args, { from: 'user' });
  if (options === undefined) throw new Error('The action was not called.');
  return options;
}

const BLUE = 'deployment: blue\nregion: eu-central-1\n';

test('the deployment and its region are those of trailwarden.yaml in the working folder', async () => {
  await folder.write('trailwarden.yaml', BLUE);
  expect(await asked()).toMatchObject({ deployment: 'blue', awsRegion: 'eu-central-1' });
});

test('without a settings file it is the deployment trailwarden, in the region of the AWS SDK', async () => {
  const options = await asked();
  expect(options.deployment).toBe('trailwarden');
  expect(options.awsRegion).toBeUndefined();
});

test('what the command line says wins, and another deployment does not get the region of the file', async () => {
  await folder.write('trailwarden.yaml', BLUE);
  expect(await asked('--aws-region', 'us-east-1')).toMatchObject({ deployment: 'blue', awsRegion: 'us-east-1' });
  const green = await asked('--deployment', 'green');
  expect(green.deployment).toBe('green');
  expect(green.awsRegion).toBeUndefined();
});

test('--config names another file, which must be there', async () => {
  await folder.write('green.yaml', 'deployment: green\nregion: eu-west-1\n');
  expect(await asked('--config', 'green.yaml')).toMatchObject({ deployment: 'green', awsRegion: 'eu-west-1' });
  await expect(asked('--config', 'none.yaml')).rejects.toThrow('none.yaml: no such file');
});

test('a setting that is wrong is told with its file and line', async () => {
  await folder.write('trailwarden.yaml', 'deploymnt: blue');
  await expect(asked()).rejects.toThrow(/trailwarden\.yaml:1:1: deploymnt: unknown setting/);
});

test('on this machine no settings are read', async () => {
  await folder.write('trailwarden.yaml', BLUE);
  expect((await asked('--local')).deployment).toBe('trailwarden');
});

test('the sources of the settings file come along, so that their buckets are read as it says', async () => {
  await folder.write(
    'trailwarden.yaml',
    "account: '111122223333'\nregion: eu-central-1\nsources: [{ name: vault, type: bucket, bucket: vault-logs, account: '444455556666', access: role }]\n",
  );
  expect((await asked()).sources).toEqual([
    expect.objectContaining({
      bucket: 'vault-logs',
      account: '444455556666',
      role: 'arn:aws:iam::444455556666:role/trailwarden-source-vault-eu-central-1',
    }),
  ]);
  expect((await asked('--deployment', 'green')).sources).toBeUndefined();
});
