import { Button, type ButtonProps, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface DialogButtonsProps extends Pick<ButtonProps, 'color' | 'loading' | 'disabled'> {
  readonly onCancel: () => void;
  /** The text of the button that submits the form. */
  readonly submit: string;
}

/** The end of a form in a dialog. */
export function DialogButtons({ onCancel, submit, ...submitProps }: DialogButtonsProps) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onCancel}>
        {t('ui.cancel')}
      </Button>
      <Button type="submit" {...submitProps}>
        {submit}
      </Button>
    </Group>
  );
}
