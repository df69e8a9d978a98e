import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { findRecordFiles } from '../../../cli/inputs/find-files.ts';
import { readSmallFile } from '../../../cli/inputs/open-input.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const DIGEST =
  'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/20/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261120T140500Z.json.gz';

describe('files of records', () => {
  let folder: TemporaryFolder;

  beforeEach(async () => {
    folder = await temporaryFolder();
    await folder.write('a/one.json', '{}');
    await folder.write('a/b/two.json.gz', '{}');
    await folder.write('a/b/other.txt', '{}');
  });
  afterEach(() => folder.remove());

  async function pathsOf(...paths: string[]): Promise<string[]> {
    const { files, unreadable } = await findRecordFiles(paths);
    expect(unreadable).toEqual([]);
    return files.map(({ path }) => path);
  }

  test('are named below the folder as the user wrote it', async () => {
    const relativePath = relative(process.cwd(), folder.path);
    expect(await pathsOf(relativePath)).toEqual([
      join(relativePath, 'a/b/two.json.gz'),
      join(relativePath, 'a/one.json'),
    ]);
    expect(await pathsOf(`${folder.path}/./a/`)).toEqual([
      join(folder.path, 'a/b/two.json.gz'),
      join(folder.path, 'a/one.json'),
    ]);
  });

  test('are found once, however they are named and linked', async () => {
    await symlink(join(folder.path, 'a/one.json'), join(folder.path, 'a/link.json'));
    await symlink(join(folder.path, 'a'), join(folder.path, 'linked'));
    const paths = [join(folder.path, 'linked'), folder.path, join(folder.path, 'a/one.json')];
    expect(await pathsOf(...paths)).toEqual([
      join(folder.path, 'linked/b/two.json.gz'),
      join(folder.path, 'linked/link.json'),
    ]);
  });

  test('leave out digests', async () => {
    await mkdir(join(folder.path, DIGEST, '..'), { recursive: true });
    await writeFile(join(folder.path, DIGEST), '');
    expect(await pathsOf(folder.path)).toHaveLength(2);
  });

  test('that aren’t there are named with the reason', async () => {
    const { files, unreadable } = await findRecordFiles([join(folder.path, 'gone.json'), folder.path]);
    expect(files).toHaveLength(2);
    expect(unreadable).toEqual([{ path: join(folder.path, 'gone.json'), reason: 'there is no such file or folder' }]);
  });

  test('are read at once only as long as they have the size that they were listed with', async () => {
    const path = join(folder.path, 'a/one.json');
    expect(readSmallFile(path, 2)?.toString()).toBe('{}');
    await writeFile(path, '{} more');
    expect(readSmallFile(path, 2)).toBeUndefined();
    expect(readSmallFile(join(folder.path, 'gone.json'), 2)).toBeUndefined();
  });
});
