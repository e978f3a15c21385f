import { Alert, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Credential, credentialsCsv, credentialsJson } from './credential-files.js';
import { DownloadButton } from './download-button.js';

/** Credentials that are shown once, as files. */
export function IssuedCredentials({ credentials }: { credentials: readonly Credential[] }) {
  const { t } = useTranslation();
  return (
    <>
      <Alert color="orange" variant="light">
        {t('fleet.add.issued', { count: credentials.length })}
      </Alert>
      <Group justify="flex-end" gap="xs">
        <DownloadButton name="credentials.csv" type="text/csv" text={credentialsCsv(credentials)}>
          {t('fleet.add.csv')}
        </DownloadButton>
        <DownloadButton name="credentials.json" type="application/json" text={credentialsJson(credentials)}>
          {t('fleet.add.json')}
        </DownloadButton>
      </Group>
    </>
  );
}
