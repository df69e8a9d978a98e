import type { Command } from 'commander';
import { COMMANDS } from '../../cli/commands/command-list.ts';
import { runCommand } from './support/run-command.ts';

const silent = { write: () => {}, isTerminal: false, columns: undefined, colours: false };
const io = { stdout: silent, stderr: silent, env: {}, now: () => new Date() };

/** All command lines of the tree, as words after `trailwarden`. */
async function commandTree(): Promise<ReadonlyMap<string, Command>> {
  const tree = new Map<string, Command>();
  const add = (command: Command, before: readonly string[]): void => {
    const words = [...before, command.name()];
    tree.set(words.join(' '), command);
    for (const child of command.commands) add(child, words);
  };
  for (const { load } of COMMANDS) add((await load())(io), []);
  return tree;
}

/** What follows a command's name in a text; an example is typed as it stands, a sentence goes on behind the name. */
interface Named {
  readonly words: readonly string[];
  readonly isExample: boolean;
}

/** What is wrong with the words after `trailwarden`, if anything is. */
function fault({ words, isExample }: Named, tree: ReadonlyMap<string, Command>): string | undefined {
  const [name = '', ...others] = words;
  let command = tree.get(name);
  let path = name;
  while (others[0] !== undefined && tree.has(`${path} ${others[0]}`)) {
    path = `${path} ${others.shift()}`;
    command = tree.get(path);
  }
  if (command === undefined) return `there is no command ${name}`;
  const isGroup = command.commands.length > 0 && command.options.length === 0;
  const [next = ''] = others;
  if (/^[a-z]/.test(next) && (isGroup || (isExample && command.registeredArguments.length === 0))) {
    return `${path} has no command ${next}`;
  }
  const known = new Set(['--help', ...command.options.flatMap(({ long }) => long ?? [])]);
  const unknown = others.find((word) => /^--[a-z]/.test(word) && !known.has(word.replace(/=.*/, '')));
  return unknown === undefined ? undefined : `${path} has no option ${unknown}`;
}

/** The command lines that stand in a text: in examples, in the usage, in sentences. */
function namedIn(text: string): readonly Named[] {
  return [...text.matchAll(/(\$ )?(?<![\w/@.-])trailwarden ((?:(?!trailwarden )[^\n|>;`"()])+)/g)]
    .map(([, prompt, line = '']) => ({
      // An explanation stands apart from an example.
      words: (line.split(/ {2,}|, | \[|: /)[0] ?? '').trim().split(' '),
      isExample: prompt !== undefined,
    }))
    .filter(({ words: [first = ''] }) => /^[a-z][a-z-]*$/.test(first));
}

describe('every help text', () => {
  test('names only commands and options that exist', async () => {
    const tree = await commandTree();
    const faults: string[] = [];
    let named = 0;
    for (const path of ['', ...tree.keys()]) {
      const { code, stdout } = await runCommand([...path.split(' ').filter(Boolean), '--help']);
      expect({ path, code }).toEqual({ path, code: 0 });
      for (const each of namedIn(stdout)) {
        named += 1;
        const wrong = fault(each, tree);
        if (wrong !== undefined) faults.push(`trailwarden ${path} --help: "${each.words.join(' ')}": ${wrong}`);
      }
    }
    expect(named).toBeGreaterThan(tree.size);
    expect(faults).toEqual([]);
  });

  test('would not pass with a command, a nested one or an option that doesn’t exist', async () => {
    const tree = await commandTree();
    const faultOf = (line: string) => namedIn(line).map((each) => fault(each, tree));
    expect(faultOf('$ trailwarden scam x')).toEqual(['there is no command scam']);
    expect(faultOf('$ trailwarden alert mute x')).toEqual(['alert has no command mute']);
    expect(faultOf('$ trailwarden events --kindd root  one')).toEqual(['events has no option --kindd']);
    expect(faultOf('as trailwarden alert mute says')).toEqual(['alert has no command mute']);
    expect(faultOf('$ trailwarden alert show x    the text')).toEqual([undefined]);
  });
});
