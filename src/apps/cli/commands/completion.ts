import type { Command } from 'commander';
import { didYouMean, UserError } from '#core';
import type { CliEnvironment } from '../terminal.ts';

type Names = ReadonlyMap<string, readonly string[]>;

const SHELLS = ['bash', 'zsh', 'fish'];

export function addCompletionCommand(program: Command, io: CliEnvironment): void {
  program
    .command('completion <shell>')
    .description('Print the completion script of bash, zsh or fish')
    .addHelpText(
      'after',
      '\nExamples:\n  source <(edgewright completion bash)\n  edgewright completion fish > ~/.config/fish/completions/edgewright.fish\n',
    )
    .action(async (shell: string) => {
      if (!SHELLS.includes(shell)) throw new UserError(`no completion for "${shell}"`, didYouMean(shell, SHELLS));
      const words = wordsOf(program);
      const values = await valuesOf(io);
      io.stdout.write(shell === 'fish' ? fish(words, values) : bash(words, values, shell === 'zsh'));
    });
}

/** Options whose values have names → those names, as they are when the script is made. */
async function valuesOf(io: CliEnvironment): Promise<Names> {
  const [{ strategyNames }, { checkWorkflow }, { pipelineConfigSchema }] = await Promise.all([
    import('../backtest/find-strategy.ts'),
    import('../run-workflow.ts'),
    import('#research'),
  ]);
  const { plan } = await checkWorkflow('pipeline', pipelineConfigSchema.parse({}), io);
  const stages = plan.steps.map(({ id }) => id);
  return new Map([
    ['--strategy', strategyNames()],
    ...['--stage', '--from-stage', '--until-stage'].map((option) => [option, stages] as const),
  ]);
}

/** Command path (`''` for none, `workflows list`) → what may follow: sub-commands and options. */
function wordsOf(program: Command): Names {
  const words = new Map<string, readonly string[]>();
  const visit = (command: Command, path: string): void => {
    const visible = command.createHelp().visibleCommands(command);
    const options = command
      .createHelp()
      .visibleOptions(command)
      .flatMap((option) => (option.long === undefined ? [] : [option.long]));
    words.set(path, [...visible.map((child) => child.name()), ...options]);
    for (const child of visible) visit(child, path === '' ? child.name() : `${path} ${child.name()}`);
  };
  visit(program, '');
  return words;
}

function bash(words: Names, values: Names, zsh: boolean): string {
  const cases = [...words].map(([path, next]) => `    "${path}") next="${next.join(' ')}" ;;`);
  const named = [...values].map(([option, names]) => `    ${option}) next="${names.join(' ')}" ;;`);
  return `${zsh ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_edgewright() {
  local word path="" next=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) break ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${named.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$next" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _edgewright edgewright
`;
}

function fish(words: Names, values: Names): string {
  const lines = [...words].flatMap(([path, next]) => {
    const seen =
      path === ''
        ? '__fish_use_subcommand'
        : path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    return next.map((word) =>
      word.startsWith('--')
        ? `complete -c edgewright -n '${seen}' -l ${word.slice(2)}${values.has(word) ? ` -r -a '${values.get(word)!.join(' ')}'` : ''}`
        : `complete -c edgewright -f -n '${seen}' -a ${word}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
