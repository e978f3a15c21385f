import { Button, Group } from '@mantine/core';
import { IconChevronRight, IconChevronsLeft } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';

/** The parameter of the address that says behind which entry a page begins. */
export const AFTER = 'after';

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** Ways to the pages of a list: each has an address, so that a browser's way back leads to the one before. */
export function Pager({ pageInfo: { hasNextPage, endCursor } }: { pageInfo: PageInfo }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const isFirst = !params.has(AFTER);
  if (isFirst && !hasNextPage) return null;
  return (
    <Group component="nav" aria-label={t('paging.pages')} justify="center" gap="xs">
      {!isFirst && (
        <Button
          component={Link}
          to={`?${addressed(params, null)}`}
          variant="default"
          leftSection={<IconChevronsLeft size={16} aria-hidden />}
        >
          {t('paging.first')}
        </Button>
      )}
      {hasNextPage && (
        <Button
          component={Link}
          to={`?${addressed(params, endCursor)}`}
          variant="default"
          rightSection={<IconChevronRight size={16} aria-hidden />}
        >
          {t('paging.next')}
        </Button>
      )}
    </Group>
  );
}

function addressed(params: URLSearchParams, after: string | null): string {
  const changed = new URLSearchParams(params);
  if (after === null) changed.delete(AFTER);
  else changed.set(AFTER, after);
  return String(changed);
}
