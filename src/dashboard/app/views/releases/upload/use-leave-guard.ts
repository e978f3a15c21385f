import { modals } from '@mantine/modals';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';

/** Asks before the view is left, while leaving would lose something. */
export function useLeaveGuard(active: boolean): void {
  const { t } = useTranslation();
  const question = useRef<string>(null);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => active && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [active]);
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    question.current = modals.openConfirmModal({
      title: t('releases.upload.leaveTitle'),
      children: t('releases.upload.leaveHint'),
      labels: { confirm: t('releases.upload.leave'), cancel: t('releases.upload.stay') },
      confirmProps: { color: 'red' },
      closeButtonProps: { 'aria-label': t('releases.upload.stay') },
      onConfirm: () => blocker.proceed(),
      onClose: () => blocker.reset(),
    });
  }, [blocker, t]);
  useEffect(() => {
    // With nothing left to lose, there is nothing to ask.
    if (!active && question.current) modals.close(question.current);
  }, [active]);
}
