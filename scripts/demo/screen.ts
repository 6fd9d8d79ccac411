import stringWidth from 'string-width';
import { paint } from '../../src/cli/terminal/colours.ts';

const width = Math.min(process.stdout.columns || 80, 80);
const indent = '  ';

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** One fact of what happens around the conversation. */
export function fact(mark: '✓' | '✗' | '↻', what: string, value: string): void {
  const colour = { '✓': 'green', '✗': 'red', '↻': 'yellow' } as const;
  print(`${paint(colour[mark], mark)} ${what.padEnd(10)} ${paint('dim', value)}`);
}

export function heading(text: string): void {
  print(`\n${paint('bold', text)}`);
}

/** Writes text as it comes, indented and broken at blanks, so that no word is cut at the edge of the terminal. */
export class Paragraph {
  #column = 0;
  #word = '';

  write(text: string): void {
    for (const character of text) {
      if (/\s/.test(character)) this.flush();
      if (character === '\n') this.#newLine();
      else this.#word += character;
    }
  }

  /** Writes the word that may still grow. */
  flush(): void {
    const word = this.#column === 0 ? indent + this.#word.trimStart() : this.#word;
    if (this.#word.trim() !== '') {
      if (this.#column > 0 && this.#column + stringWidth(word) > width) {
        this.#newLine();
        return this.flush();
      }
      process.stdout.write(word);
      this.#column += stringWidth(word);
    }
    this.#word = '';
  }

  #newLine(): void {
    if (this.#column === 0) return;
    process.stdout.write('\n');
    this.#column = 0;
  }
}
