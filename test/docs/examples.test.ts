import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { describeWithRedis } from '../support/infrastructure/redis.js';
import { DocumentSession } from './document-session.js';
import { runFleetEngines } from './fleet-engines.js';
import { type CodeBlock, codeBlocks, documentsWithExamples, read } from './markdown.js';
import { jsonPattern, textPattern } from './pattern.js';

/** A block to run, and the block that shows its output. */
interface Example {
  readonly block: CodeBlock;
  readonly shown: CodeBlock | null;
}

const outputs = ['json', 'text'];
const has = (block: CodeBlock, flag: string) => block.flags.includes(flag);
const fileOf = ({ flags }: CodeBlock) =>
  flags.find((flag) => flag.startsWith('file='))?.slice('file='.length);
const isOutput = (block: CodeBlock) => outputs.includes(block.language) && block.flags.length === 0;
/** A diagram, or a map of folders. */
const isDrawing = ({ language }: CodeBlock) => language === '';

/** Pairs each block with the output below it. @throws Error for an output that belongs to no block. */
function examplesOf(path: string): Example[] {
  const examples: Example[] = [];
  const blocks = codeBlocks(read(path)).filter((block) => !isDrawing(block));
  for (const [index, block] of blocks.entries()) {
    const next = blocks[index + 1];
    if (!isOutput(block)) examples.push({ block, shown: next && isOutput(next) ? next : null });
    else if (index === 0 || isOutput(blocks[index - 1] ?? block)) {
      throw new Error(`${path}:${block.line} shows the output of nothing.`);
    }
  }
  return examples;
}

const documents = documentsWithExamples
  .map((path) => ({ path, examples: examplesOf(path) }))
  .filter(({ examples }) => examples.length > 0);

/** Blocks of one language are run in one way. */
async function run(session: DocumentSession, { block, shown }: Example): Promise<void> {
  const { language, text } = block;
  const file = fileOf(block);
  if (file !== undefined) return session.save(file, text);
  if (has(block, 'conversation')) return session.converse(text);
  if (language === 'graphql') {
    expect(await session.execute(text)).toEqual(jsonPattern(shown?.text ?? 'null'));
  } else if (language === 'sh' && has(block, 'background')) {
    const output = await session.runInBackground(text);
    await eventually(async () => (await output()).includes('\n'));
    const [firstLine = ''] = (await output()).split('\n');
    expectOutput(firstLine, shown);
  } else if (language === 'sh' && has(block, 'eventually')) {
    const pattern = textPattern(shown?.text ?? '');
    await eventually(async () => pattern.test(await session.run(text)));
  } else if (language === 'sh') {
    expectOutput(await session.run(text), shown);
  } else {
    throw new Error(`Line ${block.line} has the unknown language ${language}.`);
  }
}

/** Commands without an output in the document must print nothing. */
function expectOutput(output: string, shown: CodeBlock | null): void {
  if (shown?.language === 'json') expect(JSON.parse(output)).toEqual(jsonPattern(shown.text));
  else expect(output).toMatch(textPattern(shown?.text ?? ''));
}

const isAboutFleets = (path: string) => path === 'docs/scaling.md';

/** Types the examples of a document in its terminal. */
function followDocument(path: string, examples: readonly Example[]): void {
  let session: DocumentSession;
  beforeAll(async () => {
    session = await DocumentSession.start(isAboutFleets(path) ? runFleetEngines : undefined);
  });
  afterAll(() => session.close());

  const runnable = examples.filter(({ block }) => !has(block, 'no-run'));
  test.each(runnable.map((example) => [`${path}:${example.block.line}`, example] as const))(
    '%s does what it shows',
    (_name, example) => run(session, example),
  );
}

for (const { path, examples } of documents) {
  (isAboutFleets(path) ? describeWithRedis : describe)(path, () => followDocument(path, examples));
}

test('the blocks that are not run are these, each with its reason', () => {
  const skipped = documents.flatMap(({ path, examples }) =>
    examples
      .filter(({ block }) => has(block, 'no-run'))
      .map(({ block: { text, comment } }) => ({ path, text, comment })),
  );
  expect(skipped).toEqual([
    {
      path: 'README.md',
      text: expect.stringMatching(/^npm ci && npm start .*\nnpm ci && npm test .*$/),
      comment: 'no-run: CI runs npm ci and npm test; test/docs/npm-start.test.ts runs npm start.',
    },
    {
      path: 'docs/operations.md',
      text: expect.stringContaining('systemctl enable'),
      comment:
        'no-run: It installs a service. test/deploy/unit.test.ts has systemd verify the unit, and runs its commands.',
    },
    {
      path: 'docs/operations.md',
      text: expect.stringContaining('sudo -u gatehouse'),
      comment: 'no-run: It needs the service.',
    },
    {
      path: 'docs/operations.md',
      text: expect.stringContaining('aws s3 cp'),
      comment:
        'no-run: It needs the command line of AWS. test/releases/packages-in-s3.test.ts copies files to these names.',
    },
    {
      path: 'docs/scaling.md',
      text: expect.stringMatching(/^apt-get install /),
      comment:
        'no-run: It installs packages. The test has a PostgreSQL and a Redis of its own at these addresses.',
    },
    {
      path: 'docs/scaling.md',
      text: expect.stringContaining('docker compose -f deploy/compose.yaml up --detach --build'),
      comment: 'no-run: It needs Docker. test/deploy/files.test.ts checks the files.',
    },
    {
      path: 'docs/scaling.md',
      text: expect.stringContaining('systemctl enable'),
      comment: 'no-run: It starts services.',
    },
    {
      path: 'docs/scaling.md',
      text: expect.stringContaining('systemctl restart'),
      comment: 'no-run: It restarts services.',
    },
  ]);
});

test('only the architecture has drawings, which are not run', () => {
  const withDrawings = documentsWithExamples.filter((path) => codeBlocks(read(path)).some(isDrawing));
  expect(withDrawings).toEqual(['docs/architecture.md']);
});

test('every npm script that a document names exists', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const named = [...documentsWithExamples, 'CONTRIBUTING.md'].flatMap((path) =>
    [...read(path).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name),
  );
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
