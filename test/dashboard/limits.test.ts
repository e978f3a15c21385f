import { expect, test } from '@jest/globals';
import * as page from '../../src/dashboard/app/api/limits.js';
import { LONGEST_HISTORY } from '../../src/graphql/resolvers/device.resolver.js';
import { LONGEST_TEXT as LONGEST_RELEASE_TEXT } from '../../src/releases/new-release.js';
import { LONGEST_CLIENT_TEXT } from '../../src/sessions/caller.js';
import { LONGEST_NAME } from '../../src/users/login-names.js';
import { standardRule } from '../../src/users/password-policy.js';
import { LONGEST_TEXT as LONGEST_PROFILE_TEXT } from '../../src/users/profile.js';

test('the limits that the page says are those of the gateway', () => {
  expect({ ...page }).toEqual({
    SHORTEST_PASSWORD: standardRule.shortest,
    LONGEST_USERNAME: LONGEST_NAME,
    LONGEST_PROFILE_TEXT,
    LONGEST_CLIENT_TEXT,
    LONGEST_RELEASE_TEXT,
    LONGEST_HISTORY,
  });
});
