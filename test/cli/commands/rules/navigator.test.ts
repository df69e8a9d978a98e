import { runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { MANY_USERS, USER_CREATED } from './support/user-created.ts';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

async function layer(...args: readonly string[]) {
  const { stdout, code } = await runCommand(['rules', 'list', ...args, '--navigator']);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe('rules list --navigator', () => {
  test('is a layer of format 4.5 in which each technique counts the rules that make findings of it', async () => {
    await folder.write('a.yml', USER_CREATED);
    await folder.write(
      'b.yml',
      USER_CREATED.replaceAll('1', '4').replace('user_created', 'other').replace('t4436.003', 'T1562.008'),
    );
    const { versions, domain, techniques } = await layer(folder.path);
    expect({ domain, layer: versions.layer, attack: versions.attack }).toEqual({
      domain: 'enterprise-attack',
      layer: '4.5',
      attack: '19',
    });
    expect(techniques).toEqual([
      {
        techniqueID: 'T1136.003',
        score: 1,
        comment: 'medium: IAM user created',
        enabled: true,
        showSubtechniques: false,
      },
      {
        techniqueID: 'T1685.002',
        score: 1,
        comment: expect.stringContaining(': '),
        enabled: true,
        showSubtechniques: false,
      },
    ]);
  });

  test('leaves rules out that are for correlations only', async () => {
    await folder.write('a.yml', USER_CREATED);
    await folder.write('many.yml', MANY_USERS.replace('level:', 'tags: [attack.t1136]\nlevel:'));
    const { techniques } = await layer(folder.path);
    expect(techniques.map(({ techniqueID }: { techniqueID: string }) => techniqueID)).toEqual(['T1136']);
  });

  test('of the pack has no technique by a name of before v19, and shows those that have parts', async () => {
    const { techniques } = await layer();
    const ids: string[] = techniques.map(({ techniqueID }: { techniqueID: string }) => techniqueID);
    expect(ids.length).toBeGreaterThan(80);
    expect(ids.filter((id) => id.startsWith('T1562'))).toEqual([]);
    expect(techniques).toContainEqual(expect.objectContaining({ techniqueID: 'T1685', showSubtechniques: true }));
  });
});
