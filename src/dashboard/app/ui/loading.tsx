import { Center, Loader } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export function Loading() {
  const { t } = useTranslation();
  return (
    <Center mih={220} role="status" aria-label={t('ui.loading')}>
      <Loader type="dots" aria-hidden />
    </Center>
  );
}
