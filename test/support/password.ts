/** The password of all test users, unless the test is about passwords. */
export const PASSWORD = 'correct horse';
