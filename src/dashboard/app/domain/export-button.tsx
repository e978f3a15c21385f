import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../api/failure.js';
import { useFailureText } from '../ui/failure-text.js';

interface ExportButtonProps<T, I> {
  readonly document: TypedDocumentNode<T, { input: I }>;
  /** The filter and the order of the list on the page. */
  readonly input: I;
  readonly downloadOf: (data: T) => { readonly url: string };
}

/** Saves a whole list as a CSV file for spreadsheets. */
export function ExportButton<T, I extends object>({ document, input, downloadOf }: ExportButtonProps<T, I>) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const [{ fetching }, start] = useMutation(document);
  const download = async () => {
    const { data, error } = await start({ input: { ...input, byteOrderMark: true } });
    if (data) save(downloadOf(data).url);
    else if (error) notifications.show({ color: 'red', message: failureText(failureOf(error)) });
  };
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={18} aria-hidden />}
      loading={fetching}
      onClick={() => void download()}
    >
      {t('domain.export')}
    </Button>
  );
}

/** The browser saves the file, since the response is an attachment. The page stays, whatever the response is. */
function save(url: string): void {
  const link = window.document.createElement('a');
  link.href = new URL(url).pathname;
  link.download = '';
  link.click();
}
