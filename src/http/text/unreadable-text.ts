import { DomainError } from '../../errors.js';
import { truncate } from './truncate.js';

/**
 * Why a text cannot be read: its charset or Content-Encoding is not supported, or its bytes are not valid in the one or
 * the other.
 */
export type UnreadableReason = 'charset' | 'bytes' | 'contentEncoding' | 'compression';

const messages: Record<UnreadableReason, (subject: string) => string> = {
  charset: (name) => `The charset ${name} is not supported: use UTF-8, GBK, GB18030, Big5 or ISO-8859-1.`,
  bytes: (part) => `${part} must be valid text in its charset, which is UTF-8 by default.`,
  contentEncoding: (name) => `The Content-Encoding ${name} is not supported here.`,
  compression: (name) => `body must be valid ${name}, as its Content-Encoding says.`,
};

/** A request whose text cannot be read without loss. */
export class UnreadableText extends DomainError {
  readonly subject: string;

  /** @param subject the charset or Content-Encoding, or the part of the request with invalid bytes. */
  constructor(
    readonly reason: UnreadableReason,
    subject: string,
  ) {
    const shown = printable(subject);
    super('INVALID_INPUT', messages[reason](shown));
    this.subject = shown;
  }
}

const MAX_SHOWN = 64;

/** What a client sent, as far as it is safe to show. */
const printable = (text: string): string => truncate(text.replace(/["\\\p{C}]/gu, ''), MAX_SHOWN);
