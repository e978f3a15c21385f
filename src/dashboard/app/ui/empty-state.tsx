import { Center, Stack, Text } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  readonly children: ReactNode;
  readonly icon?: ReactNode;
  /** A link or button, on a line of its own. */
  readonly action?: ReactNode;
}

/** Replaces a list without entries. */
export function EmptyState({ children, icon, action }: EmptyStateProps) {
  return (
    <Center mih={220} p="md">
      <Stack align="center" gap="xs" c="dimmed">
        {icon ?? <IconInbox size={32} stroke={1.4} aria-hidden />}
        <Text component="div" ta="center" maw={420}>
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}
