import { Parser } from 'htmlparser2';

const silent = new Set(['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object', 'select', 'head']);
const blocks = new Set(
  'address article aside blockquote body dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);
/** Elements in one another, beyond which a page is not read on: the parser's time grows with their square. */
const deepest = 5000;
const pieceChars = 16_384;
/** Around these a line is left empty. */
const apart = new Set('blockquote dl figure h1 h2 h3 h4 h5 h6 ol p pre section table ul'.split(' '));

/** Collects text as a reader sees it: one line a block, blank lines around paragraphs. */
class Page {
  readonly #base: string | null;
  readonly #chunks: string[] = [];
  #last = '';
  #breaks = 0;
  #silent = 0;
  #pre = 0;
  #inTitle = false;
  #link: { readonly href: string; readonly from: number } | null = null;
  title = '';
  depth = 0;

  constructor(base: string | null) {
    this.#base = base;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.depth += 1;
    if (name === 'title') this.#inTitle = true;
    if (silent.has(name)) this.#silent += 1;
    if (this.#silent > 0) return;
    if (name === 'pre') this.#pre += 1;
    if (blocks.has(name)) this.#break(apart.has(name) ? 2 : 1);
    if (name === 'br') this.#break(1);
    if (name === 'li') this.#write('- ');
    if (/^h[1-6]$/.test(name)) this.#write(`${'#'.repeat(Number(name[1]))} `);
    if (name === 'td' || name === 'th') this.#write(this.#atLineStart() ? '' : ' | ');
    if (name === 'img' && attributes['alt'] !== undefined) this.#say(attributes['alt']);
    if (name === 'a') this.#link = { href: attributes['href'] ?? '', from: this.#chunks.length };
  }

  close(name: string): void {
    this.depth -= 1;
    if (name === 'title') this.#inTitle = false;
    if (silent.has(name)) {
      this.#silent = Math.max(0, this.#silent - 1);
      return;
    }
    if (this.#silent > 0) return;
    if (name === 'pre') this.#pre = Math.max(0, this.#pre - 1);
    if (name === 'a') this.#endLink();
    if (blocks.has(name)) this.#break(apart.has(name) ? 2 : 1);
  }

  text(text: string): void {
    if (this.#inTitle && this.#chunks.length === 0) this.title += text;
    else if (this.#silent === 0) this.#say(text);
  }

  toString(): string {
    const lines = this.#chunks.join('').split('\n');
    return lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trim();
  }

  #endLink(): void {
    const link = this.#link;
    this.#link = null;
    const url = link === null ? null : URL.parse(link.href, this.#base ?? undefined);
    if (link === null || url === null || !/^https?:$/.test(url.protocol) || link.href.startsWith('#')) return;
    if (this.#chunks.length > link.from) this.#write(` (${url.href})`);
  }

  #say(text: string): void {
    if (this.#pre > 0) return this.#write(text);
    const folded = text.replaceAll(/\s+/g, ' ');
    if (folded === ' ' && this.#breaks > 0) return;
    this.#write(this.#atLineStart() || this.#last === ' ' ? folded.trimStart() : folded);
  }

  #break(lines: number): void {
    this.#breaks = Math.max(this.#breaks, lines);
  }

  #atLineStart(): boolean {
    return this.#chunks.length === 0 || this.#breaks > 0;
  }

  #write(text: string): void {
    if (text === '') return;
    if (this.#chunks.length > 0 && this.#breaks > 0) this.#chunks.push('\n'.repeat(this.#breaks));
    this.#breaks = 0;
    this.#chunks.push(text);
    this.#last = text.at(-1) ?? '';
  }
}

export interface HtmlText {
  readonly title: string;
  readonly text: string;
}

/** A page's text for a reader that knows no HTML; links have their address behind them. */
export function htmlText(html: string, base: string | null): HtmlText {
  const page = new Page(base);
  const parser = new Parser(
    {
      onopentag: (name, attributes) => page.open(name, attributes),
      onclosetag: (name) => page.close(name),
      ontext: (text) => page.text(text),
    },
    { decodeEntities: true },
  );
  for (let from = 0; from < html.length && page.depth < deepest; from += pieceChars) {
    parser.write(html.slice(from, from + pieceChars));
  }
  parser.end();
  return { title: page.title.replaceAll(/\s+/g, ' ').trim(), text: page.toString() };
}
