import type { Command } from 'commander';

interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
  readonly subcommands: readonly string[];
  readonly takesSession: boolean;
}

function commandsOf(program: Command): Completed[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({
      name: command.name(),
      summary: command.summary() || command.description(),
      options: command
        .createHelp()
        .visibleOptions(command)
        .flatMap(({ long }) => long ?? []),
      subcommands: command.commands.map((one) => one.name()),
      takesSession: command.registeredArguments[0]?.name() === 'id',
    }));
}

/** Ids come from the store, which needs nothing that runs. */
const sessionIds = `loadline sessions --limit 50 --json 2>/dev/null | grep -o '"sessionId":"[^"]*"' | cut -d'"' -f4 | sort -u`;

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(
    ({ name, options, subcommands, takesSession }) =>
      `    ${name}) words="${[...subcommands, ...options].join(' ')}${takesSession ? ' $([ "$COMP_CWORD" = 2 ] && _loadline_sessions)' : ''}" ;;`,
  );
  return `_loadline_sessions() { ${sessionIds}; }
_loadline() {
  local words="${commands.map(({ name }) => name).join(' ')} --help --version"
  [ "$COMP_CWORD" -gt 1 ] && case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _loadline loadline`;
}

function fish(commands: readonly Completed[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
  return [
    'complete -c loadline -f',
    ...commands.flatMap(({ name, summary, options, subcommands, takesSession }) => [
      `complete -c loadline -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
      ...options.map((option) => `complete -c loadline -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
      ...subcommands.map((one) => `complete -c loadline -n '__fish_seen_subcommand_from ${name}' -a ${one}`),
      ...(takesSession
        ? [`complete -c loadline -n '__fish_seen_subcommand_from ${name}' -a "(${sessionIds.replaceAll('"', '\\"')})"`]
        : []),
    ]),
  ].join('\n');
}

/** The script that a shell sources; made from the commands themselves, so that it can't fall behind them. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const commands = commandsOf(program);
  if (shell === 'fish') return fish(commands);
  const script = bash(commands);
  return shell === 'bash' ? script : `autoload -Uz bashcompinit && bashcompinit\n${script}`;
}
