import { InvalidArgumentError } from 'commander';

/** How many of something an option asks for. */
export function positive(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 to 9999.');
  return Number(text);
}

/** The same where none may be asked for, too. */
export function noneOrMore(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('It must be a number from 0 to 9999.');
  return Number(text);
}
