import { Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Permission } from '../../generated/graphql.js';
import { shownOnce } from '../../ui/shown-once.js';
import { CreatedKey } from './created-key.js';
import { NewKeyForm } from './new-key-form.js';

interface NewKeyDialogProps {
  readonly userId: string;
  readonly grantable: readonly Permission[];
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onCreated: () => void;
}

/** Creates a key, and shows it once. */
export function NewKeyDialog({ opened, onClose, onCreated, ...form }: NewKeyDialogProps) {
  const { t } = useTranslation();
  const [token, setToken] = useState<string | null>(null);
  const close = () => {
    setToken(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      {...(token !== null && shownOnce)}
      title={t(token === null ? 'keys.new' : 'keys.created')}
    >
      {token === null ? (
        <NewKeyForm
          {...form}
          onCancel={close}
          onCreated={(created) => {
            setToken(created);
            onCreated();
          }}
        />
      ) : (
        <CreatedKey token={token} onDone={close} />
      )}
    </Modal>
  );
}
