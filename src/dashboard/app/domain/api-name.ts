import { en } from '../views/fleet/texts.js';

export type ApiName = keyof typeof en.doors;

/** The APIs through which devices come, by the names that the gateway gives them. */
export const apiNames = Object.keys(en.doors).filter(isApiName);

export function isApiName(name: string): name is ApiName {
  return Object.hasOwn(en.doors, name);
}
