import { SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HealthQuery } from '../../generated/graphql.js';
import { Ago } from '../../time/ago.js';
import { byteSize } from '../../ui/byte-size.js';
import { Detail } from '../../ui/detail.js';
import { Section } from '../../ui/section.js';

type Health = NonNullable<HealthQuery['health']>;

interface ResourcesProps {
  readonly node: NonNullable<Health['node']>;
  readonly lastBackup: Health['lastBackup'];
}

/** What the answering node uses, and the last backup. */
export function Resources({ node: { disk, memory, devicesOnline }, lastBackup }: ResourcesProps) {
  const { t, i18n } = useTranslation();
  const size = (bytes: number) => byteSize(bytes, i18n.language);
  return (
    <Section title={t('health.node')}>
      <SimpleGrid component="dl" m={0} cols={2} spacing="md" verticalSpacing="sm">
        <Detail name={t('health.disk')}>
          {disk ? t('health.diskFree', { free: size(disk.free), size: size(disk.size) }) : '—'}
        </Detail>
        <Detail name={t('health.lastBackup')}>
          {lastBackup ? (
            <>
              <Ago at={lastBackup.at} /> · {size(lastBackup.archiveBytes)}
            </>
          ) : (
            t('health.noBackup')
          )}
        </Detail>
        <Detail name={t('health.memory')}>{size(memory)}</Detail>
        <Detail name={t('health.devicesOnline')}>
          {new Intl.NumberFormat(i18n.language).format(devicesOnline)}
        </Detail>
      </SimpleGrid>
    </Section>
  );
}
