import { useEffect, useState } from 'react';
import type { DigestMessage } from './sha256.worker.js';

/** Computes the SHA-256 of a file in a worker; null without a file. */
export function useFileDigest(file: File | null): DigestMessage | null {
  const [latest, setLatest] = useState<{ file: File; message: DigestMessage } | null>(null);
  useEffect(() => {
    if (!file) return;
    const worker = new Worker(new URL('./sha256.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<DigestMessage>) => setLatest({ file, message: data });
    worker.onerror = () => setLatest({ file, message: { unreadable: true } });
    worker.postMessage(file);
    return () => worker.terminate();
  }, [file]);
  if (!file) return null;
  // The latest message may belong to the previous file.
  return latest?.file === file ? latest.message : { hashed: 0 };
}
