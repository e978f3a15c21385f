import { useTranslation } from 'react-i18next';
import { isApiName } from '../../domain/api-name.js';

/** What people call an API. @param door as the gateway names it. */
export function useApiName(): (door: string) => string {
  const { t } = useTranslation();
  return (door) => (isApiName(door) ? t(`fleet.doors.${door}`) : door);
}
