import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** What the page is told: bytes that have been hashed, then the digest (hex), or that the file cannot be read. */
export type DigestMessage =
  | { readonly hashed: number }
  | { readonly sha256: string }
  | { readonly unreadable: true };

const TELL_EVERY_MS = 200;

/** The browser's own digest takes a whole file into memory; this one takes a chunk at a time, whatever the size. */
async function digest(file: Blob): Promise<void> {
  const tell = (message: DigestMessage) => postMessage(message);
  const hash = sha256.create();
  const reader = file.stream().getReader();
  let hashed = 0;
  let told = 0;
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      hash.update(chunk.value);
      hashed += chunk.value.length;
      if (performance.now() - told < TELL_EVERY_MS) continue;
      told = performance.now();
      tell({ hashed });
    }
    tell({ sha256: bytesToHex(hash.digest()) });
  } catch {
    tell({ unreadable: true });
  }
}

addEventListener('message', ({ data }: MessageEvent<Blob>) => void digest(data), { once: true });
