import { SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HealthQuery } from '../../generated/graphql.js';
import { Detail } from '../../ui/detail.js';
import { Section } from '../../ui/section.js';

type Node = NonNullable<NonNullable<HealthQuery['health']>['node']>;

/** How much work waits on the answering node. */
export function Queues({ queues }: { queues: Node['queues'] }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <Section title={t('health.queues')}>
      <SimpleGrid component="dl" m={0} cols={2} spacing="md" verticalSpacing="sm">
        {queues.map(({ queue, length }) => (
          <Detail key={queue} name={t(`health.queueNames.${queue}`)}>
            {number.format(length)}
          </Detail>
        ))}
      </SimpleGrid>
    </Section>
  );
}
