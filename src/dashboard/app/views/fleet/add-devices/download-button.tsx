import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';

interface DownloadButtonProps {
  /** Of the file. */
  readonly name: string;
  /** Its media type. */
  readonly type: string;
  readonly text: string;
  readonly children: string;
}

/** Saves a text of this page as a file. */
export function DownloadButton({ name, type, text, children }: DownloadButtonProps) {
  const download = () => {
    const url = URL.createObjectURL(new Blob([text], { type }));
    Object.assign(document.createElement('a'), { href: url, download: name }).click();
    URL.revokeObjectURL(url);
  };
  return (
    <Button leftSection={<IconDownload size={18} aria-hidden />} onClick={download}>
      {children}
    </Button>
  );
}
