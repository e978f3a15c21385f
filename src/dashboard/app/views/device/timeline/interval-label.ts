import { useTranslation } from 'react-i18next';
import type { PresenceInterval } from './presence-intervals.js';

type Kind = Pick<PresenceInterval, 'online' | 'reason'>;

/** Labels an interval: `Online`, or `Offline: heartbeat timeout`. */
export function useIntervalLabel(): (interval: Kind) => string {
  const { t } = useTranslation();
  return ({ online, reason }) => {
    if (online) return t('domain.online');
    return reason ? t('device.offlineFor', { reason: t(`device.reasons.${reason}`) }) : t('domain.offline');
  };
}

/** The `data-kind` by which timeline.module.css colours an interval. */
export const intervalKind = ({ online, reason }: Kind): string => (online ? 'ONLINE' : (reason ?? 'UNKNOWN'));
