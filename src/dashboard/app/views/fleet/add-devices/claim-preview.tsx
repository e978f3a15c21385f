import { Alert, Card, Code, SimpleGrid, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DeviceClaimQuery } from '../../../generated/graphql.js';
import { Ago } from '../../../time/ago.js';
import { Detail } from '../../../ui/detail.js';

/** What is known about a device that shows a code, for its owner to compare. */
export function ClaimPreview({ device }: { device: DeviceClaimQuery['deviceClaim'] }) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('fleet.add.compare')}
      </Text>
      <Card padding="md" withBorder>
        <SimpleGrid component="dl" m={0} cols={2} spacing="md" verticalSpacing="sm">
          <Detail name={t('fleet.add.name')}>{device.name ?? t('fleet.add.noName')}</Detail>
          <Detail name={t('fleet.add.clientId')}>
            <Code>{device.clientId}</Code>
          </Detail>
          <Detail name={t('fleet.add.address')}>{device.address}</Detail>
          <Detail name={t('fleet.add.asked')}>
            <Ago at={device.requestedAt} />
          </Detail>
        </SimpleGrid>
      </Card>
      {device.replacesCredential && (
        <Alert color="orange" variant="light">
          {t('fleet.add.replaces')}
        </Alert>
      )}
    </>
  );
}
