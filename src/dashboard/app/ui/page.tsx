import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

interface PageProps {
  /** Also the title of the browser tab. */
  readonly title: string;
  /** The list that the page is about one of. */
  readonly parent?: { readonly to: string; readonly title: string };
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every view of a signed-in user. */
export function Page({ title, parent, actions, children }: PageProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
  }, [title]);
  return (
    <Stack gap="md" maw={1440} mx="auto" h="100%">
      {parent && (
        <Breadcrumbs component="nav" aria-label={t('ui.breadcrumbs')} mb={-8}>
          <Anchor component={Link} to={parent.to} size="sm">
            {parent.title}
          </Anchor>
          <Text size="sm" c="dimmed" truncate title={title} aria-current="page">
            {title}
          </Text>
        </Breadcrumbs>
      )}
      <Group justify="space-between" wrap="wrap" gap="xs">
        <Title order={1}>{title}</Title>
        {actions}
      </Group>
      {children}
    </Stack>
  );
}
