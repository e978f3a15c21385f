/** A `ref` for a field that appears after its page or dialog has opened, such as the second step of a login. */
export const focusOnMount = (field: HTMLElement | null): void => field?.focus();
