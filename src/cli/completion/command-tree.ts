import type { Command, Option } from 'commander';

/** A word that can be completed. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** What can follow a command. */
export interface CompletedCommand {
  /** The names up to this command, such as `device list`; empty for the program. */
  readonly path: string;
  readonly commands: readonly Candidate[];
  readonly options: readonly Candidate[];
  /** The values of an option or of the argument, by the word that they follow; empty for any value. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** The values of the first argument, if it has few. */
  readonly choices: readonly string[];
}

/** All commands of a program, each before its own commands. */
export function commandTree(program: Command, path = ''): CompletedCommand[] {
  const help = program.createHelp();
  const options = [...help.visibleOptions(program), ...globalOptions(program)];
  const commands = help.visibleCommands(program).filter((command) => command.name() !== 'help');
  const own: CompletedCommand = {
    path,
    commands: commands.map((command) => ({ word: command.name(), description: command.summary() })),
    options: options.flatMap((option) => ({ word: wordOf(option), description: option.description })),
    values: Object.fromEntries(
      options.filter(takesValue).map((option) => [wordOf(option), option.argChoices ?? []]),
    ),
    choices: program.registeredArguments[0]?.argChoices ?? [],
  };
  return [own, ...commands.flatMap((command) => commandTree(command, `${path} ${command.name()}`.trim()))];
}

const globalOptions = ({ parent }: Command): readonly Option[] =>
  parent ? [...parent.options.filter(({ long }) => long === '--json'), ...globalOptions(parent)] : [];

const wordOf = ({ long, short }: Option): string => long ?? short ?? '';

const takesValue = ({ required, optional }: Option): boolean => required || optional;
