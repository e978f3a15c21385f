import { Button, Group } from '@mantine/core';
import { IconChevronRight, IconChevronsLeft } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';

/** The query parameter with the cursor of the entry before the page. */
export const AFTER = 'after';

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** Links to the first and the next page. The page is in the address, so the browser's Back goes to the previous one. */
export function Pager({ pageInfo: { hasNextPage, endCursor } }: { pageInfo: PageInfo }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const isFirst = !params.has(AFTER);
  if (isFirst && !hasNextPage) return null;
  return (
    <Group component="nav" aria-label={t('ui.pagination')} justify="center" gap="xs">
      {!isFirst && (
        <Button
          component={Link}
          to={`?${pageParams(params, null)}`}
          variant="default"
          leftSection={<IconChevronsLeft size={16} aria-hidden />}
        >
          {t('ui.firstPage')}
        </Button>
      )}
      {hasNextPage && (
        <Button
          component={Link}
          to={`?${pageParams(params, endCursor)}`}
          variant="default"
          rightSection={<IconChevronRight size={16} aria-hidden />}
        >
          {t('ui.nextPage')}
        </Button>
      )}
    </Group>
  );
}

function pageParams(params: URLSearchParams, after: string | null): URLSearchParams {
  const changed = new URLSearchParams(params);
  if (after === null) changed.delete(AFTER);
  else changed.set(AFTER, after);
  return changed;
}
