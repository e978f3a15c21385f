import { useTranslation } from 'react-i18next';
import { useNow } from './clock.js';
import { exactTime, relativeTime } from './format.js';

/** A relative time, with the exact one as its tooltip. @param at ISO text or milliseconds since the epoch. */
export function Ago({ at }: { at: string | number }) {
  const { i18n } = useTranslation();
  const now = useNow();
  const time = new Date(at);
  return (
    <time dateTime={time.toISOString()} title={exactTime(time, i18n.language)}>
      {relativeTime(time, Math.max(now, time.getTime()), i18n.language)}
    </time>
  );
}
