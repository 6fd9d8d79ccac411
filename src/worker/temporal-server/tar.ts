const blockBytes = 512;

interface TarFile {
  readonly name: string;
  /** To be read, or left, before the next file is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

/** Walks the files of a tar archive (POSIX ustar; names over 255 bytes, which need extensions, do not occur here). */
export async function* filesOfTar(archive: AsyncIterable<Buffer>): AsyncGenerator<TarFile> {
  const reader = new BlockReader(archive);
  for (;;) {
    const header = await reader.exactly(blockBytes);
    if (header === null || header[0] === 0) return;
    const field = (start: number, length: number): string =>
      header.toString('utf8', start, start + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 12).trim(), 8);
    const folder = field(345, 155);
    const name = folder === '' ? field(0, 100) : `${folder}/${field(0, 100)}`;
    let left = size;
    const content = (async function* (): AsyncGenerator<Buffer> {
      while (left > 0) {
        const chunk = await reader.atMost(left);
        if (chunk === null) throw new Error('the archive ends too early');
        left -= chunk.length;
        yield chunk;
      }
    })();
    const isFile = header[156] === 0 || header[156] === 0x30;
    if (isFile) yield { name: name.replace(/^\.\//, ''), content };
    for await (const _ of content);
    await reader.exactly((blockBytes - (size % blockBytes)) % blockBytes);
  }
}

class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** The next bytes, however many are there, up to `length`; null at the end. */
  async atMost(length: number): Promise<Buffer | null> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return null;
      this.#rest = value;
    }
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  async exactly(length: number): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    for (let left = length; left > 0;) {
      const part = await this.atMost(left);
      if (part === null) return null;
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }
}
