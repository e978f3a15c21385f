/** Everybody's, where the test is not about passwords. */
export const PASSWORD = 'correct horse';
