import { useTranslation } from 'react-i18next';
import { isDoor } from '../../domain/api-name.js';

/** What people call an API. @param door as the gateway names it. */
export function useDoorName(): (door: string) => string {
  const { t } = useTranslation();
  return (door) => (isDoor(door) ? t(`fleet.doors.${door}`) : door);
}
