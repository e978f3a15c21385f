import { expect, test } from '@jest/globals';
import { MAX_ROLE_NAME_LENGTH } from '../../../src/administration/role-editing.js';
import * as page from '../../../src/dashboard/app/api/limits.js';
import {
  MAX_NOTES_LENGTH as LONGEST_DEVICE_NOTES,
  LONGEST_INTERVAL,
  MAX_TAGS as MOST_TAGS,
  SHORTEST_INTERVAL,
} from '../../../src/devices/editing/device-metadata.js';
import { MAX_GROUP_NAME_LENGTH as LONGEST_GROUP_NAME } from '../../../src/devices/groups/device-groups.js';
import { MAX_SELECTED_IDS as MOST_SELECTED } from '../../../src/devices/groups/saved-filter.js';
import { LARGEST_PAGE } from '../../../src/graphql/connection.js';
import { MAX_ISSUED as MOST_CREDENTIALS } from '../../../src/machines/device-credentials.js';
import { MAX_TEXT_LENGTH as LONGEST_RELEASE_TEXT } from '../../../src/releases/new-release.js';
import { MAX_CLIENT_TEXT_LENGTH } from '../../../src/sessions/caller.js';
import { MAX_NAME_LENGTH } from '../../../src/users/names/login-names.js';
import { standardPasswordPolicy } from '../../../src/users/passwords/password-policy.js';
import { MAX_TEXT_LENGTH as LONGEST_PROFILE_TEXT } from '../../../src/users/profile.js';

test('the dashboard has the same limits as the gateway', () => {
  expect({ ...page }).toEqual({
    SHORTEST_PASSWORD: standardPasswordPolicy.minLength,
    LONGEST_USERNAME: MAX_NAME_LENGTH,
    LONGEST_ROLE_NAME: MAX_ROLE_NAME_LENGTH,
    LONGEST_PROFILE_TEXT,
    LONGEST_CLIENT_TEXT: MAX_CLIENT_TEXT_LENGTH,
    LONGEST_DEVICE_NOTES,
    MOST_TAGS,
    MOST_SELECTED,
    LONGEST_GROUP_NAME,
    MOST_CREDENTIALS,
    LARGEST_PAGE,
    SHORTEST_INTERVAL,
    LONGEST_INTERVAL,
    LONGEST_RELEASE_TEXT,
  });
});
