import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../domain/problem-alert.js';
import type { HealthQuery } from '../../generated/graphql.js';

type Problem = NonNullable<HealthQuery['health']>['problems'][number];

/** One sentence for all, and each problem with what to do. */
export function Verdict({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation();
  const isHealthy = problems.length === 0;
  const Icon = isHealthy ? IconCircleCheck : IconAlertTriangle;
  return (
    <>
      <Card padding="md" role="status">
        <Group gap="sm">
          <Icon
            size={28}
            color={isHealthy ? 'var(--online)' : 'var(--mantine-color-orange-7)'}
            stroke={2}
            aria-hidden
          />
          <Title order={2} size="h3">
            {isHealthy ? t('health.healthy') : t('health.problems', { count: problems.length })}
          </Title>
        </Group>
      </Card>
      {problems.map((problem) => (
        <ProblemAlert key={problem.component} problem={problem} role="alert">
          <Advice problem={problem} />
        </ProblemAlert>
      ))}
    </>
  );
}

function Advice({ problem: { component, reason } }: { problem: Problem }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Text size="sm">{t(`domain.problems.${component}.text`)}</Text>
      <Text size="sm">{t('health.advice', { advice: t(`domain.problems.${component}.advice`) })}</Text>
      <Text size="xs">{t('health.reason', { reason })}</Text>
    </Stack>
  );
}
