import { en } from '../views/fleet/texts.js';

export type DoorName = keyof typeof en.doors;

/** The APIs through which devices come, by the names that the gateway gives them. */
export const doors = Object.keys(en.doors).filter(isDoor);

export function isDoor(name: string): name is DoorName {
  return Object.hasOwn(en.doors, name);
}
