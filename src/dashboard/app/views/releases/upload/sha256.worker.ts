import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** Messages to the page: the bytes hashed so far, at the end the digest in hex, or that the file is unreadable. */
export type DigestMessage =
  | { readonly hashed: number }
  | { readonly sha256: string }
  | { readonly unreadable: true };

const PROGRESS_INTERVAL_MS = 200;

/** Hashes chunk by chunk in constant memory, unlike `crypto.subtle.digest`, which needs the whole file. */
async function digest(file: Blob): Promise<void> {
  const send = (message: DigestMessage) => postMessage(message);
  const hash = sha256.create();
  const reader = file.stream().getReader();
  let hashed = 0;
  let lastProgressAt = 0;
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      hash.update(chunk.value);
      hashed += chunk.value.length;
      if (performance.now() - lastProgressAt < PROGRESS_INTERVAL_MS) continue;
      lastProgressAt = performance.now();
      send({ hashed });
    }
    send({ sha256: bytesToHex(hash.digest()) });
  } catch {
    send({ unreadable: true });
  }
}

addEventListener('message', ({ data }: MessageEvent<Blob>) => void digest(data), { once: true });
