import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Columns } from './columns.js';

/** Shows and hides columns. */
export function ColumnsMenu({ offered, shown, choose }: Columns) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconColumns3 size={16} aria-hidden />}
          aria-haspopup="dialog"
        >
          {t('fleet.list.columns')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('fleet.list.columns')}>
        <Checkbox.Group value={[...shown]} onChange={choose} aria-label={t('fleet.list.columns')}>
          <Stack gap="xs">
            {offered.map((column) => (
              <Checkbox key={column} value={column} label={t(`fleet.list.${column}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
