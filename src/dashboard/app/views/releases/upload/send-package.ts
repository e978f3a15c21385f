import { Failure } from '../../../api/failure.js';
import { persisted } from '../../../api/persisted-document.js';
import {
  type PackageFragment,
  UploadReleaseDocument,
  type UploadReleaseInput,
  type UploadReleaseMutation,
} from '../../../generated/graphql.js';

/** What the upload form asks for, and the digest. */
export type PackageDetails = Omit<UploadReleaseInput, 'file'>;

interface PackageUpload {
  readonly file: File;
  readonly details: PackageDetails;
  readonly token: string;
  readonly signal: AbortSignal;
  /** @param bytes sent so far. */
  readonly onProgress: (bytes: number) => void;
}

interface Answer {
  readonly data?: UploadReleaseMutation | null;
  readonly errors?: { message?: unknown; extensions?: unknown }[];
}

/**
 * Uploads a package by the GraphQL multipart request specification. It uses XMLHttpRequest, since `fetch` reports no
 * progress of uploads. The browser streams the file and never holds it in memory.
 * @returns the release; null if the upload was cancelled.
 * @throws Failure
 */
export function sendPackage({
  file,
  details,
  token,
  signal,
  onProgress,
}: PackageUpload): Promise<PackageFragment | null> {
  const form = new FormData();
  const operation = {
    query: '',
    variables: { input: { ...details, file: null } },
    extensions: persisted(UploadReleaseDocument),
  };
  form.append('operations', JSON.stringify(operation));
  form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.append('0', file, file.name);
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.open('POST', '/graphql');
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.setRequestHeader('apollo-require-preflight', 'true');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded }) => onProgress(Math.min(loaded, file.size));
    request.onload = () => {
      const answer: Answer | null = request.response;
      const release = answer?.data?.uploadRelease.release;
      if (release) resolve(release);
      else reject(Failure.of(answer?.errors?.[0]));
    };
    request.onerror = () => reject(Failure.network('The upload was interrupted.'));
    request.onabort = () => resolve(null);
    signal.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}
