import { Argument, Command } from 'commander';
import type { Io } from '../../output/process-io.ts';
import { bashCompletion, fishCompletion, type ShellCommand, zshCompletion } from './completion-scripts.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const HELP = `
Examples:
  $ trailwarden completion bash > ~/.local/share/bash-completion/completions/trailwarden
  $ echo 'source <(trailwarden completion zsh)' >> ~/.zshrc
  $ trailwarden completion fish > ~/.config/fish/completions/trailwarden.fish
`;

/** `trailwarden completion`: commands, options and their values, for the shell to complete. */
export function completionCommand(io: Io): Command {
  return new Command('completion')
    .description('Prints a script with which a shell completes commands, options and their values.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', HELP)
    .action((shell: keyof typeof SHELLS, _options: unknown, command: Command) => {
      const program = command.parent ?? command;
      io.stdout.write(SHELLS[shell](commandsBelow(program, '')));
    });
}

/** Every command with its path below the program: `rules check`. The program itself has the empty path. */
function commandsBelow(command: Command, path: string): readonly ShellCommand[] {
  const own = {
    path,
    commands: command.commands.map((child) => ({ name: child.name(), about: child.description() })),
    options: [
      ...command.options.flatMap(({ long, description, argChoices = [], required, optional }) =>
        long == null ? [] : [{ name: long, about: description, values: argChoices, takesValue: required || optional }],
      ),
      { name: '--help', about: 'help of the command', values: [], takesValue: false },
    ],
  };
  return [own, ...command.commands.flatMap((child) => commandsBelow(child, `${path} ${child.name()}`.trim()))];
}
