import { record } from '../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from './support/asked-deployment.ts';
import { type CommandResult, runCommand } from './support/run-command.ts';

const NO_EVENT = '00000000-0000-4000-8000-000000000000';
const NO_ALERT = '0'.repeat(32);

describe('where nothing is found', () => {
  let deployment: AskedDeployment;
  const ask = (...args: string[]): Promise<CommandResult> => {
    const options = args[0] === 'alert' ? args.slice(0, 2) : args.slice(0, 1);
    return runCommand([...options, ...deployment.args, ...args.slice(options.length)]);
  };

  beforeAll(async () => {
    deployment = await startAskedDeployment();
    await deployment.put([record()]);
  });
  afterAll(() => deployment.stop());

  describe.each(['table', 'csv', 'jsonl', 'json'])('as %s', (format) => {
    test.each([
      [['events', '--action', 'fsx:DeleteFileSystem']],
      [['events', '--since', '2001-01-01', '--until', '2001-01-02']],
      [['findings']],
      [['findings', '--since', '2001-01-01', '--until', '2001-01-02']],
      [['alert', 'list']],
    ])('%j has no line, which is an answer: 0', async (args) => {
      const { code, stdout, stderr } = await ask(...args, '--format', format);
      expect({
        code,
        lines: stdout
          .trim()
          .split('\n')
          .filter((line) => !/^(\[\]?|\])?$/.test(line)),
      }).toEqual({
        code: 0,
        lines: format === 'csv' ? [expect.stringMatching(/^\w+(,\w+)+\r?$/)] : [],
      });
      if (format === 'table') expect(stderr).toMatch(/^No \w+/);
    });

    test.each([
      [['event', NO_EVENT]],
      [['trace', 'ASIANOBODYKNOWSTHIS0']],
      [['trace', NO_EVENT]],
      [['timeline', 'fs-0000000000000000f']],
      [['timeline', 'fs-0000000000000000f', '--since', '2001-01-01']],
      [['alert', 'show', NO_ALERT]],
      [['findings', '--rule', 'no rule has this title']],
    ])('%j names what is not there: 1, in one line, and nothing on stdout', async (args) => {
      const { code, stdout, stderr } = await ask(...args, '--format', format);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(args[0] === 'findings' ? args[2] : args.find((arg) => /\d/.test(arg)));
    });
  });

  describe.each(['text', 'markdown', 'html', 'json'])('an incident as %s', (format) => {
    test('of a time without events says that there is none: 0', async () => {
      const { code, stdout } = await ask(
        'incident',
        '--since',
        '2001-01-01',
        '--until',
        '2001-01-02',
        '--format',
        format,
      );
      expect(code).toBe(0);
      expect(stdout).toMatch(format === 'json' ? /"events": 0/ : /no event/);
    });

    test.each(['AKIANOBODYKNOWSTHIS0', '192.0.2.99', NO_EVENT, NO_ALERT, 'role/Nobody'])(
      'of %s, which the index does not know, is refused: 1',
      async (subject) => {
        const { code, stdout, stderr } = await ask('incident', subject, '--format', format);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toContain(`The index knows nothing of ${subject}`);
      },
    );
  });
});
