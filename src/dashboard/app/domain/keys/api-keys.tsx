import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { ApiKeysDocument, type Permission } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Section } from '../../ui/section.js';
import { KeyList } from './key-list.js';
import { NewKeyDialog } from './new-key-dialog.js';

/** An account has at most as many. */
const PAGE_SIZE = 100;

interface ApiKeysProps {
  readonly userId: string;
  /** What new keys can allow; null where the viewer cannot create any. */
  readonly grantable: readonly Permission[] | null;
}

/** The API keys of an account. */
export function ApiKeys({ userId, grantable }: ApiKeysProps) {
  const { t } = useTranslation();
  const [creating, { open, close }] = useDisclosure();
  const variables = { filter: { userId }, first: PAGE_SIZE };
  const [{ data, error }, reload] = useQuery({ query: ApiKeysDocument, variables });
  const keys = data?.apiKeys.edges.map(({ node }) => node);
  const refetch = () => reload({ requestPolicy: 'network-only' });
  return (
    <Section
      title={t('keys.title')}
      link={
        grantable && (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconKey size={16} aria-hidden />}
            onClick={open}
          >
            {t('keys.new')}
          </Button>
        )
      }
    >
      <Text size="sm" c="dimmed">
        {t('keys.hint')}
      </Text>
      {error && <FailureAlert failure={failureOf(error)} onRetry={refetch} />}
      {!error && !keys && <Loading />}
      {keys?.length === 0 && <Text size="sm">{t('keys.none')}</Text>}
      {keys && keys.length > 0 && <KeyList keys={keys} onRevoked={refetch} />}
      {grantable && (
        <NewKeyDialog
          userId={userId}
          grantable={grantable}
          opened={creating}
          onClose={close}
          onCreated={refetch}
        />
      )}
    </Section>
  );
}
