import { TextDecoder } from 'node:util';
import { UnreadableText } from './unreadable-text.js';

/** What clients send besides the labels of https://encoding.spec.whatwg.org/#names-and-labels. */
const aliases: Readonly<Record<string, string>> = {
  // Its label stands for windows-1252, which gives the bytes past 0x7F a meaning.
  ascii: 'utf-8',
  'us-ascii': 'utf-8',
  cp936: 'gbk',
  ms936: 'gbk',
  'windows-936': 'gbk',
  'euc-cn': 'gbk',
  cp950: 'big5',
  ms950: 'big5',
  'windows-950': 'big5',
  'latin-1': 'latin1',
  iso8859_1: 'latin1',
};

/** ISO-8859-1 is a label of windows-1252. */
const supported: ReadonlySet<string> = new Set(['utf-8', 'gbk', 'gb18030', 'big5', 'windows-1252']);

/** Characters that Node reads from the bytes 0x80 and 0xFF, which Big5 does not have. */
const INVALID_BIG5 = /[\x80\uF8F8]/;

/** The charset of a text. */
export class Charset {
  static readonly #known = new Map<string, Charset>();
  static readonly utf8 = Charset.named('utf-8');

  private constructor(private readonly decoder: TextDecoder) {}

  /**
   * The charset that a Content-Type declares.
   * @param undeclared the charset of a Content-Type without one.
   * @throws UnreadableText
   */
  static of(contentType = '', undeclared = Charset.utf8): Charset {
    const [, quoted, plain] = /;\s*charset\s*=\s*(?:"([^"]*)|([^\s;]*))/i.exec(contentType) ?? [];
    const name = quoted ?? plain ?? '';
    return name === '' ? undeclared : Charset.named(name);
  }

  /** @throws UnreadableText */
  static named(name: string): Charset {
    const label = name.trim().toLowerCase();
    const known = Charset.#known.get(label);
    if (known) return known;
    const charset = new Charset(strictDecoder(label));
    Charset.#known.set(label, charset);
    return charset;
  }

  /**
   * Decodes without loss, a byte order mark included.
   * @param part what the bytes are, for the error.
   * @throws UnreadableText
   */
  decode(bytes: Uint8Array, part: string): string {
    const text = this.#decode(bytes);
    if (text === null) throw new UnreadableText('bytes', part);
    return text;
  }

  #decode(bytes: Uint8Array): string | null {
    try {
      const text = this.decoder.decode(bytes);
      return this.decoder.encoding === 'big5' && INVALID_BIG5.test(text) ? null : text;
    } catch {
      return null;
    }
  }
}

function strictDecoder(label: string): TextDecoder {
  try {
    const decoder = new TextDecoder(aliases[label] ?? label, { fatal: true, ignoreBOM: true });
    if (supported.has(decoder.encoding)) return decoder;
  } catch {
    // The label is unknown.
  }
  throw new UnreadableText('charset', label);
}
