import type { Candidate, CompletedCommand } from './command-tree.js';

/** A text between single quotes, for bash and zsh. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const words = ({ commands, options, choices }: CompletedCommand): string =>
  [...commands.map(({ word }) => word), ...choices, ...options.map(({ word }) => word)].join(' ');

/** The names of commands that have any, to tell them from arguments. */
const knownPaths = (tree: readonly CompletedCommand[]): string =>
  tree
    .filter(({ path }) => path !== '')
    .map(({ path }) => quoted(path))
    .join(' | ');

/** Which values follow an option, by the path of its command and its name. */
const valueCases = (tree: readonly CompletedCommand[]): string[] =>
  tree.flatMap(({ path, values }) =>
    Object.entries(values).map(
      ([option, allowed]) => `    ${quoted(`${path} ${option}`)}) values=${quoted(allowed.join(' '))} ;;`,
    ),
  );

/** Options that take any value are completed with the names of files. */
export const bashScript = (tree: readonly CompletedCommand[]): string => `# bash completion for gatehouse
_gatehouse() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} path= next at values=- candidates=
  for ((at = 1; at < COMP_CWORD; at++)); do
    next=\${path:+$path }\${COMP_WORDS[at]}
    case $next in
    ${knownPaths(tree)}) path=$next ;;
    esac
  done
  case "$path $previous" in
${valueCases(tree).join('\n')}
  esac
  if [[ $values != - ]]; then
    candidates=$values
  else
    case $path in
${tree.map((command) => `    ${quoted(command.path)}) candidates=${quoted(words(command))} ;;`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _gatehouse gatehouse
`;

/** `_describe` wants `word:description`. */
const described = (candidates: readonly Candidate[]): string =>
  candidates
    .map(({ word, description }) => quoted(`${word}:${description.replaceAll(':', '\\:')}`))
    .join(' ');

export const zshScript = (tree: readonly CompletedCommand[]): string => `#compdef gatehouse
_gatehouse() {
  local path_= next values=- at
  local -a candidates
  for ((at = 2; at < CURRENT; at++)); do
    next=\${path_:+$path_ }\${words[at]}
    case $next in
    ${knownPaths(tree)}) path_=$next ;;
    esac
  done
  case "$path_ \${words[CURRENT - 1]}" in
${valueCases(tree).join('\n')}
  esac
  if [[ $values == '' ]]; then
    _files
    return
  fi
  if [[ $values != - ]]; then
    candidates=(\${=values})
  else
    case $path_ in
${tree.map((command) => `    ${quoted(command.path)}) candidates=(${described(candidatesOf(command))}) ;;`).join('\n')}
    esac
  fi
  _describe gatehouse candidates || _files
}
if [[ $funcstack[1] == _gatehouse ]]; then
  _gatehouse "$@"
else
  compdef _gatehouse gatehouse
fi
`;

const candidatesOf = ({ commands, choices, options }: CompletedCommand): Candidate[] => [
  ...commands,
  ...choices.map((word) => ({ word, description: word })),
  ...options,
];

/** A text between single quotes, for fish. */
const fishQuoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

export const fishScript = (tree: readonly CompletedCommand[]): string => `# fish completion for gatehouse
function __gatehouse_at
    set -l path
    for word in (commandline -opc)[2..]
        set -l next (string join -- ' ' $path $word)
        contains -- $next ${tree.map(({ path }) => fishQuoted(path)).join(' ')}; and set path $next
    end
    test "$path" = "$argv[1]"
end
${tree.flatMap(fishLines).join('\n')}
`;

function fishLines(command: CompletedCommand): string[] {
  const start = `complete -c gatehouse -n ${fishQuoted(`__gatehouse_at ${fishQuoted(command.path)}`)}`;
  const { commands, choices, options, values } = command;
  return [
    ...(commands.length > 0 ? [`${start} -f`] : []),
    ...commands.map(
      ({ word, description }) => `${start} -a ${fishQuoted(word)} -d ${fishQuoted(description)}`,
    ),
    ...choices.map((word) => `${start} -f -a ${fishQuoted(word)}`),
    ...options.map(({ word, description }) => {
      const allowed = values[word];
      const takes =
        allowed === undefined
          ? ''
          : ` -r${allowed.length > 0 ? ` -f -a ${fishQuoted(allowed.join(' '))}` : ''}`;
      return `${start} -l ${word.replace(/^--/, '')}${takes} -d ${fishQuoted(description)}`;
    }),
  ];
}
