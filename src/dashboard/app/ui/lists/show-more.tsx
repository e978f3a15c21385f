import { Button, Center } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** A button that the next page of a list replaces once it is pressed. Until then, the page is not loaded. */
export function ShowMore({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [pressed, setPressed] = useState(false);
  if (pressed) return children;
  return (
    <Center p="sm">
      <Button variant="subtle" onClick={() => setPressed(true)}>
        {t('ui.showMore')}
      </Button>
    </Center>
  );
}
