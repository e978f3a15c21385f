import { TestEnvironment } from 'jest-environment-node';

/**
 * For a suite that is not ours: its tests whose full name begins with one that `globalThis.expectedFailures` lists
 * pass if they fail, and fail if they pass.
 */
export default class ExpectedFailures extends TestEnvironment {
  handleTestEvent({ name, test }) {
    if (name !== 'test_start' || test.mode === 'skip') return;
    const fullName = nameOf(test);
    test.failing = this.global.expectedFailures?.some((start) => fullName.startsWith(start));
  }
}

/** Without the root, which has no parent. */
const nameOf = ({ name, parent }) => (parent?.parent ? `${nameOf(parent)} › ${name}` : name);
