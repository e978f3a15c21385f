import { Alert, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../domain/problem-alert.js';
import type { HealthComponent, HealthQuery } from '../../generated/graphql.js';

type Health = NonNullable<HealthQuery['health']>;

interface VerdictProps {
  /** Of the answering node. */
  readonly problems: Health['problems'];
  readonly nodes: NonNullable<Health['nodes']>;
}

/** One sentence for all nodes, and each problem with what to do. */
export function Verdict({ problems, nodes }: VerdictProps) {
  const { t } = useTranslation();
  const elsewhere = hostsByComponent(nodes);
  for (const { component } of problems) elsewhere.delete(component);
  const count = problems.length + elsewhere.size;
  const isHealthy = count === 0;
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
            {isHealthy ? t('health.healthy') : t('health.problems', { count })}
          </Title>
        </Group>
      </Card>
      {problems.map((problem) => (
        <ProblemAlert key={problem.component} problem={problem} role="alert">
          <Advice component={problem.component} reason={problem.reason} />
        </ProblemAlert>
      ))}
      {[...elsewhere].map(([component, hosts]) => (
        <Alert
          key={component}
          color="orange"
          variant="light"
          role="alert"
          icon={<IconAlertTriangle aria-hidden />}
          title={t('health.elsewhere', {
            component: t(`health.components.${component}`),
            hosts: hosts.join(', '),
          })}
        >
          <Advice component={component} />
        </Alert>
      ))}
    </>
  );
}

/** The hosts on which a component fails. */
function hostsByComponent(nodes: VerdictProps['nodes']): Map<HealthComponent, string[]> {
  const hosts = new Map<HealthComponent, string[]>();
  for (const { host, failing } of nodes) {
    for (const component of failing) hosts.set(component, [...(hosts.get(component) ?? []), host]);
  }
  return hosts;
}

/** @param reason unknown for another node. */
function Advice({ component, reason }: { component: HealthComponent; reason?: string }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Text size="sm">{t(`domain.problems.${component}.text`)}</Text>
      <Text size="sm">{t('health.advice', { advice: t(`domain.problems.${component}.advice`) })}</Text>
      {reason !== undefined && <Text size="xs">{t('health.reason', { reason })}</Text>}
    </Stack>
  );
}
