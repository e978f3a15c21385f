import { DomainError } from '../../errors.js';

/** Why a text cannot be read: its charset is not supported, or its bytes are not valid in it. */
export type UnreadableReason = 'charset' | 'bytes';

const messages: Record<UnreadableReason, (subject: string) => string> = {
  charset: (name) => `The charset ${name} is not supported: use UTF-8, GBK, GB18030, Big5 or ISO-8859-1.`,
  bytes: (part) => `${part} must be valid text in its charset, which is UTF-8 by default.`,
};

/** A request whose text cannot be read without loss. */
export class UnreadableText extends DomainError {
  /** @param subject the unsupported charset, or the part of the request with invalid bytes. */
  constructor(
    readonly reason: UnreadableReason,
    readonly subject: string,
  ) {
    super('INVALID_INPUT', messages[reason](subject));
  }
}
