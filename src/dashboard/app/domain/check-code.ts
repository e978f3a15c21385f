/** Four characters of a scan ticket, shown on both screens so that a person can match them. Not a secret. */
export const checkCode = (ticket: string): string => ticket.slice(-4).toUpperCase();
