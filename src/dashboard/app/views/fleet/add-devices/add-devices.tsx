import { Button, Modal, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { shownOnce } from '../../../ui/shown-once.js';
import { ClaimForm } from './claim-form.js';
import { IssueForm } from './issue-form.js';

/** A button to give devices credentials: one by its code, or several by their ids. */
export function AddDevices() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" leftSection={<IconPlus size={18} aria-hidden />} onClick={open}>
        {t('fleet.add.title')}
      </Button>
      <Modal opened={opened} onClose={close} {...shownOnce} title={t('fleet.add.title')}>
        <Tabs defaultValue="code" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="code">{t('fleet.add.byCode')}</Tabs.Tab>
            <Tabs.Tab value="ids">{t('fleet.add.byIds')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="code">
            <ClaimForm />
          </Tabs.Panel>
          <Tabs.Panel value="ids">
            <IssueForm />
          </Tabs.Panel>
        </Tabs>
      </Modal>
    </>
  );
}
