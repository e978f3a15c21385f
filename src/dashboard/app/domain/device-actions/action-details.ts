import { useTranslation } from 'react-i18next';
import type { BulkActionFragment } from '../../generated/graphql.js';

/** Says what an action on many devices has done so far, and why it failed. */
export function useActionDetails(): (action: BulkActionFragment) => string[] {
  const { t, i18n } = useTranslation();
  const format = (count: number) => count.toLocaleString(i18n.language);
  return ({ state, total, done, changed, skipped, failure }) => {
    if (state === 'RUNNING') return [t('deviceActions.running', { count: total, done: format(done) })];
    const remaining = state === 'COMPLETED' ? 0 : Math.max(0, total - done);
    return [
      t('deviceActions.changed', { count: changed }),
      ...(skipped > 0 ? [t('deviceActions.skipped', { count: skipped })] : []),
      ...(remaining > 0 ? [t('deviceActions.remaining', { count: remaining })] : []),
      ...(failure === null ? [] : [t('deviceActions.failed', { reason: failure })]),
    ];
  };
}
