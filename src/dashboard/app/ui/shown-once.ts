/**
 * Props of a dialog with a secret that is shown once. Only its buttons close it: neither a click beside it nor Escape may
 * hide what was not saved yet.
 */
export const shownOnce = { closeOnClickOutside: false, closeOnEscape: false } as const;
