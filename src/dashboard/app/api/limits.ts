/**
 * What the gateway takes, in characters, so that a form can say it before anything is sent: copies of limits that the
 * gateway has and alone decides by. A test compares them.
 */

/** The longest password is the gateway's to refuse: an input with a limit would cut off what is pasted unseen. */
export const SHORTEST_PASSWORD = 8;
export const LONGEST_USERNAME = 64;
/** Of each text in a profile. */
export const LONGEST_PROFILE_TEXT = 2000;
/** Of what devices say of themselves, which is what is searched for. */
export const LONGEST_CLIENT_TEXT = 128;
/** Of the notes of a release, and of the reason to withdraw it. */
export const LONGEST_RELEASE_TEXT = 10_000;
/** Transitions of a device that are answered at once. */
export const LONGEST_HISTORY = 1000;
