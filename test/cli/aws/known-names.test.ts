import { namesOfFile, namesOfFolder } from '../../../cli/aws/known-names.ts';
import { alertListing } from '../../../cli/commands/alert/alert-listing.ts';
import { statusListing } from '../../../cli/commands/status/status-listing.ts';
import { counted } from '../../../cli/commands/ui/answers/rows/counted-values.ts';
import { readZone } from '../../../cli/time/time-zone.ts';
import { EMPTY_CONTENT } from '../../../lambda/directory/directory-file.ts';
import { ACCOUNT, record } from '../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../support/asked-deployment.ts';
import { runCommand } from '../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const NAMES = { accounts: { [ACCOUNT]: { name: 'payments' } }, users: {} };

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('names for ids that stand alone', () => {
  let deployment: AskedDeployment;
  beforeAll(async () => {
    deployment = await startAskedDeployment();
    await deployment.put([record()]);
  });
  afterAll(() => deployment.stop());

  test('are those of the file that the settings name', async () => {
    await folder.write('names.yaml', `accounts: { '${ACCOUNT}': payments }`);
    const config = await folder.write('trailwarden.yaml', 'names: { file: names.yaml }');
    const by = (...args: string[]) => runCommand(['events', '--by', 'account', ...deployment.args, ...args]);
    expect((await by('--config', config)).stdout).toContain(`${ACCOUNT} (payments)`);
    const without = (await by()).stdout;
    expect(without).toContain(ACCOUNT);
    expect(without).not.toContain('payments');
  });
});

test('names that npm start was given are those of its folder', async () => {
  expect(namesOfFolder(folder.path)).toEqual({ accounts: {}, users: {} });
  await folder.write('directory.json', JSON.stringify({ ...EMPTY_CONTENT, names: NAMES }));
  expect(namesOfFolder(folder.path)).toEqual(NAMES);
});

test.each([
  ['gone.yaml', undefined],
  ['broken.yaml', 'accounts: ['],
])('a file that can not be read (%s) leaves ids without names', async (name, text) => {
  const file = text === undefined ? `${folder.path}/${name}` : await folder.write(name, text);
  expect(await namesOfFile(file)).toEqual({ accounts: {}, users: {} });
});

test('accounts have their names in status, in lists of alerts, and in counts of the page', () => {
  const zone = readZone('UTC');
  const parts = <Row>(
    columns: readonly { readonly parts: readonly { title: string; text: (row: Row) => unknown }[] }[],
    title: string,
  ) => columns.flatMap((column) => column.parts).find((part) => part.title === title);
  const row = { account: ACCOUNT, actor: 'alice' } as never; // all that these parts read of a row
  expect(parts(statusListing(zone, NAMES).columns, 'Account')?.text(row)).toBe(`${ACCOUNT} (payments)`);
  expect(parts(alertListing(zone, NAMES).columns, 'Who')?.text(row)).toBe(`alice, ${ACCOUNT} (payments)`);
  expect(counted([{ value: ACCOUNT, count: 1 }], 'account', NAMES)).toEqual([
    { value: ACCOUNT, count: 1, name: `${ACCOUNT} (payments)` },
  ]);
});
