import { useEffect, useState } from 'react';
import type { DigestMessage } from './sha256.worker.js';

/** The SHA-256 of a file, while it is being computed beside the page; null for no file. */
export function useFileDigest(file: File | null): DigestMessage | null {
  const [told, setTold] = useState<{ file: File; message: DigestMessage } | null>(null);
  useEffect(() => {
    if (!file) return;
    const worker = new Worker(new URL('./sha256.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<DigestMessage>) => setTold({ file, message: data });
    worker.onerror = () => setTold({ file, message: { unreadable: true } });
    worker.postMessage(file);
    return () => worker.terminate();
  }, [file]);
  if (!file) return null;
  // What was told of another file is not of this one.
  return told?.file === file ? told.message : { hashed: 0 };
}
