import { TestEnvironment } from 'jest-environment-node';

/**
 * The environment of a third-party test suite. Tests whose full name starts with an entry of
 * `globalThis.expectedFailures` must fail.
 */
export default class ExpectedFailures extends TestEnvironment {
  handleTestEvent({ name, test }) {
    if (name !== 'test_start' || test.mode === 'skip') return;
    const fullName = nameOf(test);
    test.failing = this.global.expectedFailures?.some((start) => fullName.startsWith(start));
  }
}

/** The full name without the root block, which has no parent. */
const nameOf = ({ name, parent }) => (parent?.parent ? `${nameOf(parent)} › ${name}` : name);
