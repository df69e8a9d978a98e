/** A command as a shell completes it. */
export interface ShellCommand {
  /** The words that lead to it: `rules check`; empty for the program. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly ShellOption[];
}

interface ShellOption {
  /** With its dashes. */
  readonly name: string;
  readonly about: string;
  /** The values that it takes, if they are known. */
  readonly values: readonly string[];
  readonly takesValue: boolean;
}

/** The script for bash 4 and later. Where nothing is known it completes files. */
export function bashCompletion(commands: readonly ShellCommand[]): string {
  return `# bash completion for trailwarden
_trailwarden() {
  local word path='' current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path/$word" in
${commands.flatMap(({ path }) => (path === '' ? [] : [`      '${below(path)}') path='${path}' ;;`])).join('\n')}
    esac
  done
  case "$path $before" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$path" in
${commands.map((command) => `    '${command.path}') COMPREPLY=($(compgen -W '${words(command)}' -- "$current")) ;;`).join('\n')}
  esac
}
complete -o default -F _trailwarden trailwarden
`;
}

/** The script for zsh: that for bash, through zsh's own emulation of it. */
export function zshCompletion(commands: readonly ShellCommand[]): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashCompletion(commands)}`;
}

/** The script for fish 3 and later. */
export function fishCompletion(commands: readonly ShellCommand[]): string {
  const lines = commands.flatMap(({ path, commands: below, options }) => {
    const condition = fishCondition(path, commands);
    return [
      ...below.map(({ name, about }) => `complete -c trailwarden -n ${condition} -f -a ${name} -d ${quoted(about)}`),
      ...options.map(({ name, about, values, takesValue }) => {
        const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : takesValue ? ' -r' : '';
        return `complete -c trailwarden -n ${condition} -l ${name.slice(2)}${value} -d ${quoted(about)}`;
      }),
    ];
  });
  return `# fish completion for trailwarden\n${lines.join('\n')}\n`;
}

/** What the loop over the words meets on the way to a command: the path so far, and its last word. */
function below(path: string): string {
  const cut = path.lastIndexOf(' ');
  return cut < 0 ? `/${path}` : `${path.slice(0, cut)}/${path.slice(cut + 1)}`;
}

function valueCases({ path, options }: ShellCommand): readonly string[] {
  return options.flatMap(({ name, values }) =>
    values.length === 0
      ? []
      : [`    '${path} ${name}') COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$current")); return ;;`],
  );
}

function words({ commands, options }: ShellCommand): string {
  return [...commands.map(({ name }) => name), ...options.map(({ name }) => name)].join(' ');
}

function fishCondition(path: string, commands: readonly ShellCommand[]): string {
  if (path === '') return '__fish_use_subcommand';
  const [top = '', sub] = path.split(' ');
  if (sub !== undefined) return quoted(`__fish_seen_subcommand_from ${top}; and __fish_seen_subcommand_from ${sub}`);
  const children = commands.find((command) => command.path === path)?.commands ?? [];
  const none =
    children.length === 0 ? '' : `; and not __fish_seen_subcommand_from ${children.map(({ name }) => name).join(' ')}`;
  return quoted(`__fish_seen_subcommand_from ${top}${none}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
