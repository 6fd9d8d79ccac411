import { Argument, type Command } from 'commander';
import { print } from '../output.ts';

export function completionCommand(program: Command): Command {
  return program
    .command('completion')
    .summary('completion of commands, options and session ids')
    .description(
      'Prints a script for your shell. For example:\n' +
        '  source <(loadline completion bash)\n  source <(loadline completion zsh)\n  loadline completion fish | source',
    )
    .addArgument(new Argument('<shell>', 'of which it is').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionScript } = await import('../completion-script.ts');
      print(completionScript(shell, program));
    });
}
