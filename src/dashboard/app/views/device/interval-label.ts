import { useTranslation } from 'react-i18next';
import type { PresenceInterval } from './presence-intervals.js';

/** Says what a stretch was: `Online`, or `Offline: fell silent`. */
export function useIntervalLabel(): (stretch: Pick<PresenceInterval, 'online' | 'reason'>) => string {
  const { t } = useTranslation();
  return ({ online, reason }) => {
    if (online) return t('device.online');
    return reason ? t('device.offlineFor', { reason: t(`device.reasons.${reason}`) }) : t('device.offline');
  };
}

/** By what it is coloured; see timeline.module.css. */
export const intervalKind = ({ online, reason }: Pick<PresenceInterval, 'online' | 'reason'>): string =>
  online ? 'ONLINE' : (reason ?? 'UNKNOWN');
