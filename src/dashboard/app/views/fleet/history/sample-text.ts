import { useTranslation } from 'react-i18next';
import type { HistoryRange } from '../../../generated/graphql.js';
import type { Sample } from './history-series.js';

/** Puts a moment of the history into words, such as `10:31 · 118 online (116 to 120)`. */
export function useSampleText(range: HistoryRange) {
  const { t, i18n } = useTranslation();
  const number = numberFormat(i18n.language);
  const withTime = (at: number, text: string) => `${timeText(at, range, i18n.language)} · ${text}`;
  return {
    online: (sample: Sample | undefined): string => {
      if (!sample) return '';
      const { at, online, onlineMin, onlineMax } = sample;
      if (online === null || onlineMin === null || onlineMax === null) {
        return withTime(at, t('fleet.history.unknown'));
      }
      const values = {
        online: number.format(online),
        min: number.format(onlineMin),
        max: number.format(onlineMax),
      };
      return withTime(
        at,
        t(onlineMin === onlineMax ? 'fleet.history.steady' : 'fleet.history.between', values),
      );
    },
    heartbeats: (sample: Sample | undefined): string => {
      if (!sample) return '';
      const { at, heartbeats } = sample;
      if (heartbeats === null) return withTime(at, t('fleet.history.unknown'));
      return withTime(at, t('fleet.history.perSecond', { rate: number.format(heartbeats) }));
    },
  };
}

/** Whole numbers from 10 on. */
export const numberFormat = (language: string): Intl.NumberFormat =>
  new Intl.NumberFormat(language, {
    maximumSignificantDigits: 3,
    minimumSignificantDigits: 1,
    roundingPriority: 'morePrecision',
    maximumFractionDigits: 0,
  });

/** The time of a moment; in a month, its day too. */
export function timeText(at: number, range: HistoryRange, language: string): string {
  const day = range === 'HOUR' ? {} : ({ month: 'short', day: 'numeric' } as const);
  return new Intl.DateTimeFormat(language, {
    ...day,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}
