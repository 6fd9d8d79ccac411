import { shellWord } from '../../domain/shell-word.ts';

/** Where a variable's value comes from: the shell's own environment wins over the `.env` file. */
export interface VariableSource {
  /** Names that were set before `.env` was read. */
  readonly ofShell: ReadonlySet<string>;
  readonly envFile: string;
}

const blanks = '[[:space:]]*';

/** A pattern of `sed` that means this very text. */
function literal(text: string): string {
  return text.replaceAll(/[.[\]*^$\\/]/g, '\\$&');
}

/** Takes a variable out of the `.env` file (a copy stays beside it), or out of the shell that it is set in. */
export function unset(name: string, { ofShell, envFile }: VariableSource): string {
  if (ofShell.has(name)) return `unset ${name}`;
  return `sed -i.bak '/^${blanks}\\(export[[:space:]]\\)*${blanks}${name}${blanks}=/d' ${shellWord(envFile)}`;
}

/** Asks for a value, so that a key stands in no history of commands, and keeps it where it is looked for. */
export function askFor(name: string, { ofShell, envFile }: VariableSource): string {
  const ask = `printf '%s: ' ${name} && read -r value`;
  if (ofShell.has(name)) return `${ask} && export ${name}="$value"`;
  const file = shellWord(envFile);
  return `${ask} && printf '\\n%s=%s\\n' ${name} "$value" >> ${file} && chmod 600 ${file}`;
}

/** Replaces every mention of a word in a file; a copy stays beside it. */
export function replaceWord(file: string, wrong: string, right: string): string {
  return `sed -i.bak ${shellWord(`s/${literal(wrong)}/${literal(right)}/g`)} ${shellWord(file)}`;
}

/** Renames a key of an object in a file; a copy stays beside it. */
export function renameKey(file: string, wrong: string, right: string): string {
  return `sed -i.bak ${shellWord(`s/${literal(wrong)}\\("\\{0,1\\}${blanks}:\\)/${literal(right)}\\1/g`)} ${shellWord(file)}`;
}

/** Moves a file out of the way, with what belongs to it; nothing is deleted. */
export function moveAway(path: string, ...companions: readonly string[]): string {
  const place = shellWord(path);
  const moved = companions.map(
    (one) => `{ test ! -e ${shellWord(one)} || mv ${shellWord(one)} ${shellWord(`${one}.old`)}; }`,
  );
  return [`mv ${place} ${shellWord(`${path}.old`)}`, ...moved].join(' && ');
}
