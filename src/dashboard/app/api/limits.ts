/**
 * The gateway's limits, in characters where nothing else is said, so that forms can show them before sending. Copies: the gateway alone
 * enforces them, and a test compares both.
 */

/** Without a longest password: `maxLength` would silently truncate a pasted one. */
export const SHORTEST_PASSWORD = 8;
export const LONGEST_USERNAME = 64;
/** For names and codes. */
export const LONGEST_ROLE_NAME = 64;
/** For each text of a profile. */
export const LONGEST_PROFILE_TEXT = 2000;
/** For names and ids of devices, and so for searches. */
export const LONGEST_CLIENT_TEXT = 128;
export const LONGEST_DEVICE_NOTES = 2000;
export const MOST_TAGS = 32;
export const LONGEST_GROUP_NAME = 64;
/** Devices that can be selected by hand. */
export const MOST_SELECTED = 5000;
/** Credentials that one request issues. */
export const MOST_CREDENTIALS = 1000;
/** Objects in a page of a list. */
export const LARGEST_PAGE = 100;
/** In seconds, of a device of its own. */
export const SHORTEST_INTERVAL = 5;
export const LONGEST_INTERVAL = 43_200;
/** For release notes and withdrawal reasons. */
export const LONGEST_RELEASE_TEXT = 10_000;
