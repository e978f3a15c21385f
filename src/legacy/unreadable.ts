import { type UnreadableReason, UnreadableText } from '../http/text/unreadable-text.js';

const messages: Record<UnreadableReason, (subject: string) => string> = {
  charset: (name) => `不支持的字符集：${name}`,
  bytes: (part) => `字符编码不正确：${part}`,
  contentEncoding: (name) => `不支持的Content-Encoding：${name}`,
  compression: (name) => `请求体解压失败：${name}`,
};

/** The message for a request whose text cannot be read, in the language of the documents; undefined for other errors. */
export const unreadableMessage = (error: Error): string | undefined =>
  error instanceof UnreadableText ? messages[error.reason](error.subject) : undefined;
