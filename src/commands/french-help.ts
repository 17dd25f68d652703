// Commander speaks English; administrators read French.
import { Help, type Argument, type Command, type Option } from 'commander';

const titles: Readonly<Record<string, string>> = {
  'Usage:': 'Usage :',
  'Arguments:': 'Arguments :',
  'Options:': 'Options :',
  'Commands:': 'Commandes :',
};

const errors: readonly (readonly [RegExp, string])[] = [
  [/^error: unknown option '(.+)'/u, 'Option inconnue : $1'],
  [/^error: unknown command '(.+)'/u, 'Commande inconnue : $1'],
  [/^error: missing required argument '(.+)'/u, 'Argument manquant : $1'],
  [/^error: required option '(.+)' not specified/u, 'Option obligatoire absente : $1'],
  [/^error: option '(.+)' argument missing/u, 'Valeur manquante pour l’option $1'],
  [/^error: too many arguments.*/u, 'Trop d’arguments.'],
  [
    /^error: option '(.+)' argument '(.*)' is invalid\. (.*)/u,
    'Option $1 : valeur « $2 » refusée. $3',
  ],
  [
    /^error: command-argument value '(.*)' is invalid for argument '(.+?)'\. (.*)/u,
    'Argument $2 : valeur « $1 » refusée. $3',
  ],
  [/^error: /u, 'Erreur : '],
  [/\(Did you mean one of (.+)\?\)/u, '(vouliez-vous dire l’un de : $1 ?)'],
  [/\(Did you mean (.+)\?\)/u, '(vouliez-vous dire $1 ?)'],
];

/** Applies to the command and, through inheritance, to those made from it afterwards. `argv`: as of the process. */
export function speakFrench(command: Command, argv: readonly string[] = []): Command {
  const help = new Help();
  return command
    .configureHelp({
      helpWidth: 100,
      styleTitle: (title) => titles[title] ?? title,
      optionDescription: (option: Option) => withDefault(option),
      argumentDescription: (argument: Argument) => argument.description,
      commandUsage: (shown) => help.commandUsage(shown).replace('[command]', '[commande]'),
      subcommandTerm: (subcommand) => help.subcommandTerm(subcommand).replace(' [options]', ''),
    })
    .configureOutput({
      outputError: (text, write) => {
        const path = [command.name(), ...wordsOf(command, argv.slice(2))].join(' ');
        write(`${translateError(text.trim())}\nAide : ${path} --help\n`);
      },
    });
}

/** The commands that the command line names, as deep as it goes: `plan`, `show`. */
function wordsOf(command: Command, args: readonly string[]): string[] {
  for (const [place, arg] of args.entries()) {
    const named = command.commands.find((each) => each.name() === arg);
    if (named) return [named.name(), ...wordsOf(named, args.slice(place + 1))];
  }
  return [];
}

export function translateError(text: string): string {
  return errors.reduce(
    (translated, [pattern, french]) => translated.replace(pattern, french),
    text,
  );
}

function withDefault(option: Option): string {
  const value: unknown = option.defaultValue;
  if (typeof value !== 'string' && typeof value !== 'number') return option.description;
  return `${option.description} (par défaut : ${value})`;
}
