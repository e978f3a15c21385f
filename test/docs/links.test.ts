import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { anchors, documents, linkTargets, read } from './markdown.js';

test.each(documents)('every link of %s leads to a file, and to a heading in it', (path) => {
  const targets = linkTargets(read(path)).filter((target) => !/^https?:/.test(target));
  const dead = targets.filter((target) => {
    const [file = '', anchor] = target.split('#');
    const linked = file === '' ? path : join(dirname(path), file);
    if (!existsSync(linked)) return true;
    return anchor !== undefined && !anchors(read(linked)).includes(anchor);
  });
  expect(dead).toEqual([]);
});

test('every document in docs/ can be reached from the README by links', () => {
  const reached = new Set<string>();
  const visit = (path: string) => {
    if (reached.has(path) || !path.endsWith('.md') || !existsSync(path)) return;
    reached.add(path);
    for (const target of linkTargets(read(path))) visit(join(dirname(path), target.split('#')[0] ?? ''));
  };
  visit('README.md');
  expect(documents.filter((path) => path.startsWith('docs/') && !reached.has(path))).toEqual([]);
});
