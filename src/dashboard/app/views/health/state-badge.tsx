import { Badge } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { EngineState } from '../../generated/graphql.js';

const icons = {
  WORKING: [IconCircleCheck, 'var(--online)'],
  FAILING: [IconAlertTriangle, 'var(--mantine-color-orange-7)'],
  UNUSED: [IconCircleDashed, 'var(--offline)'],
} as const satisfies Record<EngineState, unknown>;

export function StateBadge({ state }: { state: EngineState }) {
  const { t } = useTranslation();
  const [Icon, color] = icons[state];
  return (
    <Badge
      variant="default"
      miw="max-content"
      leftSection={<Icon size={12} color={color} stroke={2.5} aria-hidden />}
    >
      {t(`health.states.${state}`)}
    </Badge>
  );
}
