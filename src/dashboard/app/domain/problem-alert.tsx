import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { HealthComponent } from '../generated/graphql.js';
import { timeOfDay } from '../time/format.js';

interface Props {
  readonly problem: { readonly component: HealthComponent; readonly since: string };
  readonly role: 'alert' | 'status';
  readonly children: ReactNode;
}

/** Says which component of the gateway does not work, and since when. */
export function ProblemAlert({ problem: { component, since }, role, children }: Props) {
  const { t, i18n } = useTranslation();
  const time = timeOfDay(new Date(since), i18n.language);
  return (
    <Alert
      color="orange"
      variant="light"
      role={role}
      icon={<IconAlertTriangle aria-hidden />}
      title={t(`domain.problems.${component}.title`, { time })}
    >
      {children}
    </Alert>
  );
}
