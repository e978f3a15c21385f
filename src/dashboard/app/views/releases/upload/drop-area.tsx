import { Button, Stack, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconUpload } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';

/** Accepts one file by drag and drop or by its button. */
export function DropArea({ onFile }: { onFile: (file: File) => void }) {
  const { t } = useTranslation();
  const open = useRef<() => void>(null);
  return (
    <Dropzone
      onDrop={([file]) => file && onFile(file)}
      openRef={open}
      multiple={false}
      // Keyboards and screen readers use the button inside.
      activateOnKeyboard={false}
      tabIndex={-1}
      p="lg"
    >
      <Stack align="center" gap="xs">
        <IconUpload size={28} stroke={1.4} aria-hidden />
        <Text size="sm" ta="center">
          {t('releases.upload.drop')}
        </Text>
        <Button
          variant="default"
          size="xs"
          onClick={(event) => {
            event.stopPropagation();
            open.current?.();
          }}
        >
          {t('releases.upload.choose')}
        </Button>
        <Text size="xs" c="dimmed" ta="center">
          {t('releases.upload.digestHint')}
        </Text>
      </Stack>
    </Dropzone>
  );
}
