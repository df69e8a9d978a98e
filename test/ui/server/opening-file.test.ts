import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeOpeningFile } from '../../../ui/server/opening-file.ts';

const ADDRESS = 'http://127.0.0.1:4711/story?of=a&as=alert#token=t-0_k';

test('the file that opens the page is for its user alone, and is gone when it is removed', async () => {
  const file = await writeOpeningFile(ADDRESS);
  try {
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file.path))).mode & 0o777).toBe(0o700);
  } finally {
    await file.remove();
  }
  await expect(stat(file.path)).rejects.toThrow('ENOENT');
});

test('it leads to the page by itself, and sends the token to no server', async () => {
  const file = await writeOpeningFile(ADDRESS);
  const page = await readFile(file.path, 'utf8');
  await file.remove();
  expect(page).toContain(
    '<meta http-equiv="refresh" content="0; url=http://127.0.0.1:4711/story?of=a&amp;as=alert#token=t-0_k">',
  );
  expect(page).toContain('<meta name="referrer" content="no-referrer">');
  expect(page).not.toContain('<script');
});
