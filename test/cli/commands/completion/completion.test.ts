import { spawnSync } from 'node:child_process';
import { runCommand } from '../../support/run-command.ts';

/** What bash offers behind some words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runCommand(['completion', 'bash']);
  const quoted = ['trailwarden', ...words].map((word) => `'${word}'`).join(' ');
  const script = `${stdout}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _trailwarden; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout: replies, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return replies.split('\n').filter(Boolean);
}

describe('completion', () => {
  test('offers commands, those below a command, options and their values', async () => {
    expect(await offered('fin')).toEqual(['findings']);
    expect(await offered('rules', 'ch')).toEqual(['check']);
    expect(await offered('rules', 'check', '--place')).toEqual(['--placeholders']);
    expect(await offered('events', '--since', '7d', '--cred')).toEqual(['--credential']);
    expect(await offered('findings', '--format', 'json')).toEqual(['json', 'jsonl']);
    expect(await offered('findings', '--level', 'h')).toEqual(['high']);
    expect(await offered('events', 'rules')).toEqual([]);
  });

  test.each([
    ['zsh', /^autoload[\s\S]*bashcompinit[\s\S]*complete -o default -F _trailwarden trailwarden\n$/],
    [
      'fish',
      /complete -c trailwarden -n '__fish_seen_subcommand_from rules; and __fish_seen_subcommand_from check' -l/,
    ],
  ])('has a script for %s', async (shell, script) => {
    expect((await runCommand(['completion', shell])).stdout).toMatch(script);
  });

  test('knows no other shell', async () => {
    expect((await runCommand(['completion', 'tcsh'])).code).toBe(2);
  });
});
