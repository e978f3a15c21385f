import { Card, Center, Group, Stack, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Brand } from './brand.js';
import { Preferences } from './preferences.js';

/** The frame of a page that needs no session. */
export function SignedOutPage({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
  }, [title]);
  return (
    <Center mih="100dvh" p="md" component="main">
      <Stack w="100%" maw={400} gap="lg">
        <Group justify="space-between">
          <Brand />
          <Preferences />
        </Group>
        <Card padding="lg" shadow="sm">
          <Stack gap="md">
            <Title order={1}>{title}</Title>
            {children}
          </Stack>
        </Card>
      </Stack>
    </Center>
  );
}
