import { Button, CopyButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { displayName } from '../../../domain/display-name';
import { CreatePasswordResetLinkDocument, type PersonFragment } from '../../../generated/graphql';
import { exactTime } from '../../../time/format';
import { AdministrationFailure } from '../administration-failure';

interface ResetLinkDialogProps {
  readonly person: PersonFragment;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Creates a link with which a person sets a new password. */
export function ResetLinkDialog({ person, opened, onClose }: ResetLinkDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('people.resetLink.title', { name: displayName(person) })}
    >
      <ResetLink person={person} onClose={onClose} />
    </Modal>
  );
}

function ResetLink({ person, onClose }: Omit<ResetLinkDialogProps, 'opened'>) {
  const { t } = useTranslation();
  const [{ data, error, fetching }, create] = useMutation(CreatePasswordResetLinkDocument);
  const created = data?.createPasswordResetLink;
  return (
    <Stack gap="sm">
      <AdministrationFailure error={error} />
      <Text size="sm">{t('people.resetLink.hint')}</Text>
      {created ? (
        // Without a public URL, this page knows best where the gateway is.
        <CreatedLink
          url={created.url ?? window.location.origin + created.path}
          expiresAt={created.expiresAt}
        />
      ) : (
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button
            loading={fetching}
            onClick={() => void create({ input: { userId: person.id } })}
            data-autofocus
          >
            {t('people.resetLink.create')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function CreatedLink({ url, expiresAt }: { url: string; expiresAt: string }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <TextInput
        label={t('people.resetLink.label')}
        readOnly
        value={url}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          {t('people.resetLink.expires')} {exactTime(new Date(expiresAt), i18n.language)}
        </Text>
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Button
              leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
              onClick={copy}
            >
              {t(copied ? 'ui.copied' : 'people.resetLink.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </>
  );
}
