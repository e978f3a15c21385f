import { useEffect, useRef, useState } from 'react';
import { Failure } from '../../../api/failure.js';
import type { PackageFragment } from '../../../generated/graphql.js';
import { useSession } from '../../../session/session-context.js';
import { type PackageDetails, sendPackage } from './send-package.js';
import { TransferRate } from './transfer-rate.js';

export type UploadState =
  | { readonly status: 'idle'; readonly failure: Failure | null }
  /** `sent` in bytes; `rate` in bytes per second, null while unknown. */
  | { readonly status: 'sending'; readonly sent: number; readonly rate: number | null }
  | { readonly status: 'published'; readonly release: PackageFragment };

const IDLE: UploadState = { status: 'idle', failure: null };

/** Runs one upload at a time and cancels it when the component unmounts. */
export function useUpload(onPublished: (release: PackageFragment) => void) {
  const session = useSession();
  const [state, setState] = useState(IDLE);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = async (file: File, details: PackageDetails) => {
    const controller = new AbortController();
    running.current = controller;
    const rate = new TransferRate();
    const onProgress = (sent: number) => {
      rate.add(performance.now(), sent);
      setState({ status: 'sending', sent, rate: rate.bytesPerSecond });
    };
    setState({ status: 'sending', sent: 0, rate: null });
    try {
      const { signal } = controller;
      const release = await sendPackage({ file, details, token: session.token ?? '', signal, onProgress });
      setState(release ? { status: 'published', release } : IDLE);
      if (release) onPublished(release);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      setState({ status: 'idle', failure: error });
    }
  };
  return {
    state,
    start,
    cancel: () => running.current?.abort(),
    reset: () => setState(IDLE),
  };
}
