import { eastAsianWidth } from 'get-east-asian-width';

/**
 * What a name must not send to a terminal: control characters start escape sequences, bidirectional marks reorder the
 * rest of the line, and line separators break it. Lone surrogates are no text.
 */
const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Characters that a terminal draws over the one before, or not at all. */
const zeroWidth = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;

const emoji = /^\p{RGI_Emoji}$/v;
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text with a visible replacement for everything that could control the terminal. */
export const printable = (text: string): string => text.replace(unsafe, '\ufffd');

/** The value as JSON on one line: what could control the terminal is escaped, so that the value is exact. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The columns that a printable text takes: East Asian characters and emoji take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of characters.segment(text)) {
    if (zeroWidth.test(segment)) continue;
    width += emoji.test(segment) ? 2 : eastAsianWidth(segment.codePointAt(0) ?? 0);
  }
  return width;
}
