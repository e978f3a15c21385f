import { Code } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { duration } from '../../../time/duration.js';
import { Detail } from '../../../ui/detail.js';
import type { DeviceDetail } from './use-device-detail.js';

/** Where the heartbeats of a device come from, and how regularly. Entries of a `dl`. */
export function HeartbeatDetails({ detail }: { detail: DeviceDetail | null }) {
  const { t, i18n } = useTranslation();
  const { expectedSeconds, observedSeconds = null, jitterSeconds = null } = detail?.timing ?? {};
  const address = detail?.session?.address;
  const seconds = new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: 'second',
    maximumFractionDigits: 1,
  });
  const interval = (length: number) =>
    length < 60 ? seconds.format(length) : duration(length * 1000, i18n.language);
  const unknown = t('device.unknown');
  return (
    <>
      <Detail name={t('device.address')}>{address ? <Code>{address}</Code> : unknown}</Detail>
      <Detail name={t('device.expectedInterval')}>
        {expectedSeconds === undefined ? unknown : interval(expectedSeconds)}
      </Detail>
      <Detail name={t('device.observedInterval')}>
        {observedSeconds === null ? unknown : interval(observedSeconds)}
      </Detail>
      <Detail name={t('device.jitter')}>
        {jitterSeconds === null ? unknown : `± ${interval(jitterSeconds)}`}
      </Detail>
    </>
  );
}
