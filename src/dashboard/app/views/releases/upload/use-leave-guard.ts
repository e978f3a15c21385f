import { modals } from '@mantine/modals';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';

/** Asks for confirmation before the page is left while an upload is active. */
export function useLeaveGuard(active: boolean): void {
  const { t } = useTranslation();
  const dialog = useRef<string>(null);
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
    dialog.current = modals.openConfirmModal({
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
    // The upload has ended, so there is nothing left to confirm.
    if (!active && dialog.current) modals.close(dialog.current);
  }, [active]);
}
