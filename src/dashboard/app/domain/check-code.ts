/** What both screens show of a ticket, so that a person can tell that one belongs to the other. Not a secret. */
export const checkCode = (ticket: string): string => ticket.slice(-4).toUpperCase();
