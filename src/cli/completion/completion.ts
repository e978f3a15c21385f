import { Argument, Command } from 'commander';
import type { Environment } from '../../config.js';
import { commandTree } from './command-tree.js';
import { bashScript, fishScript, zshScript } from './scripts.js';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `gatehouse completion` */
export const completionCommand = (_env: Environment): Command =>
  new Command('completion')
    .summary('print a script for completion in a shell')
    .description('Print a script with which a shell completes commands and options of gatehouse.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      '\nExamples:\n  $ source <(gatehouse completion bash)\n  $ gatehouse completion zsh > ~/.zfunc/_gatehouse\n  $ gatehouse completion fish > ~/.config/fish/completions/gatehouse.fish',
    )
    .action((shell: keyof typeof scripts, _options: object, command: Command) => {
      const program = command.parent;
      if (program) process.stdout.write(scripts[shell](commandTree(program)));
    });
