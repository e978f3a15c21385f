import { readdirSync, readFileSync } from 'node:fs';

/** A fenced block of code. */
export interface CodeBlock {
  /** The first word after the fence; empty for a drawing. */
  readonly language: string;
  /** The other words after the fence. */
  readonly flags: readonly string[];
  readonly text: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
  /** The text of an HTML comment on the line above; null without one. */
  readonly comment: string | null;
}

/** All documents whose links are checked. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...markdownIn('docs'),
  ...markdownIn('src'),
];

/** The documents whose code blocks are run. */
export const documentsWithExamples = documents.filter(
  (path) => path === 'README.md' || path.startsWith('docs/'),
);

export const read = (path: string): string => readFileSync(path, 'utf8');

function markdownIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
    .toSorted();
}

/** @throws Error for a fence that is not closed. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const lines = markdown.split('\n');
  const blocks: CodeBlock[] = [];
  for (let index = 0; index < lines.length; index++) {
    const info = /^```(.*)$/.exec(lines[index] ?? '')?.[1];
    if (info === undefined) continue;
    const end = lines.indexOf('```', index + 1);
    if (end < 0) throw new Error(`The fence in line ${index + 1} is not closed.`);
    const [language = '', ...flags] = info.trim().split(/\s+/);
    const comment = /^<!-- (.*) -->$/.exec(lines[index - 1] ?? '')?.[1] ?? null;
    blocks.push({ language, flags, text: lines.slice(index + 1, end).join('\n'), line: index + 1, comment });
    index = end;
  }
  return blocks;
}

/** The targets of all links and images outside code. */
export function linkTargets(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors that GitHub gives the headings. */
export function anchors(markdown: string): string[] {
  return [...withoutFences(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const withoutFences = (markdown: string): string => markdown.replace(/^```.*\n[\s\S]*?^```$/gm, '');
const withoutCode = (markdown: string): string => withoutFences(markdown).replace(/`[^`\n]*`/g, '');

/** The cells of the first table below a heading, without its first two lines. */
export function tableRows(markdown: string, heading: string): string[][] {
  const [, section = ''] = markdown.split(`# ${heading}\n`);
  const [table = ''] = /(?:^\|.*\|\n)+/m.exec(section) ?? [];
  const lines = table.trimEnd().split('\n').slice(2);
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
