import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { storeStandardInput } from '../../../local/input/standard-input.ts';

describe('storing standard input', () => {
  test('puts a file in the place of -, which is gone at the end', async () => {
    const { paths, remove } = await storeStandardInput(['a.json', '-'], Readable.from([Buffer.from('{"a":1}')]));
    expect(paths[0]).toBe('a.json');
    const [, stored = ''] = paths;
    expect(await readFile(stored, 'utf8')).toBe('{"a":1}');
    await remove();
    await expect(stat(stored)).rejects.toThrow('ENOENT');
  });

  test('reads nothing where nobody asks for it', async () => {
    const input = Readable.from([Buffer.from('x')]);
    const { paths } = await storeStandardInput(['a.json'], input);
    expect(paths).toEqual(['a.json']);
    expect(input.readableDidRead).toBe(false);
  });

  test('leaves nothing behind where the input fails', async () => {
    const input = new Readable({ read: () => input.destroy(new Error('cut')) });
    await expect(storeStandardInput(['-'], input)).rejects.toThrow('cut');
  });
});
