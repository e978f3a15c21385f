import { createHash, type Hash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { PackageTarget } from '../receive-into.js';
import { ANSWER_MS, unavailable } from './client.js';
import { signDigest } from './signed-digest.js';

/** S3 accepts parts of 5 MiB and more, and at most 10,000. */
const MIN_PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** Of an upload: one is filled while the others are on their way. */
const BUFFERS = 3;
/** How long S3 may take to receive a full part, besides its answer, and to put the parts together. */
const PART_MS = 30_000;
const COMPLETE_MS = 300_000;

/** An object, by its bucket and key. */
export interface ObjectName {
  readonly Bucket: string;
  readonly Key: string;
}

/** A part that is filled or on its way. */
interface Part {
  readonly buffer: Buffer;
  filled: number;
  hash: Hash;
}

/**
 * An object that is hashed and uploaded while it is received, in parts. A few buffers are used again and again, so that
 * its memory does not depend on its size. The SHA-256 of each part is signed, and S3 refuses a part that differs.
 */
export class PartUpload implements PackageTarget {
  readonly #hash = createHash('sha256');
  readonly #abort = new AbortController();
  readonly #sent: Promise<{ ETag: string | undefined; PartNumber: number }>[] = [];
  /** Buffers of parts on their way, which can be filled again once these have arrived; the oldest first. */
  readonly #sending: Promise<Buffer>[] = [];
  readonly #partBytes: number;
  #size = 0;
  #part: Part | null = null;
  #uploadId: string | undefined;

  /** @param maxBytes of the object. */
  constructor(
    private readonly client: S3Client,
    private readonly name: ObjectName,
    maxBytes: number,
  ) {
    this.#partBytes = Math.max(MIN_PART_BYTES, Math.ceil(maxBytes / MAX_PARTS));
  }

  async append(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      this.#part ??= await this.#nextPart();
      const copied = chunk.copy(this.#part.buffer, this.#part.filled, at);
      this.#part.hash.update(chunk.subarray(at, at + copied));
      this.#part.filled += copied;
      at += copied;
      if (this.#part.filled === this.#partBytes) await this.#send(this.#part);
    }
  }

  async finish(): Promise<string> {
    if (this.#uploadId === undefined) await this.#put(this.#part ?? (await this.#nextPart()));
    else await this.#complete(this.#uploadId);
    const { ContentLength } = await this.client.send(new HeadObjectCommand(this.name));
    if (ContentLength !== this.#size) {
      throw unavailable(new Error(`The server has stored ${ContentLength} of ${this.#size} bytes.`));
    }
    return this.#hash.digest('hex');
  }

  /** Ends an upload that failed. What S3 has of it is deleted, now or with other leftovers. */
  async abort(): Promise<void> {
    this.#abort.abort();
    if (this.#uploadId === undefined) return;
    const command = new AbortMultipartUploadCommand({ ...this.name, UploadId: this.#uploadId });
    await this.client.send(command).catch(() => {});
  }

  /** @throws DomainError UNAVAILABLE if the part whose buffer is used again has not arrived. */
  async #nextPart(): Promise<Part> {
    const oldest = this.#sending.length < BUFFERS ? undefined : this.#sending.shift();
    const buffer = (await oldest) ?? Buffer.allocUnsafeSlow(this.#partBytes);
    return { buffer, filled: 0, hash: createHash('sha256') };
  }

  /** Starts to send a part, and does not wait until it has arrived. */
  async #send(part: Part): Promise<void> {
    this.#part = null;
    this.#uploadId ??= await this.#create();
    const PartNumber = this.#sent.length + 1;
    const command = new UploadPartCommand({
      ...this.name,
      UploadId: this.#uploadId,
      PartNumber,
      Body: contentOf(part),
    });
    command.middlewareStack.add(signDigest(part.hash.digest('hex')), { step: 'build' });
    const answer = this.client.send(command, this.#within(this.#partMs(part)));
    const sent = answer.then(({ ETag }) => ({ ETag, PartNumber }));
    const sending = sent.then(() => part.buffer);
    // A failure is noticed when the buffer is needed, or at the end.
    sending.catch(() => {});
    this.#sending.push(sending);
    this.#sent.push(sent);
  }

  async #create(): Promise<string> {
    const { UploadId } = await this.client.send(new CreateMultipartUploadCommand(this.name));
    if (UploadId === undefined) throw unavailable(new Error('S3 has not named the upload.'));
    return UploadId;
  }

  /** Stores an object of a single part in one request. */
  async #put(part: Part): Promise<void> {
    const command = new PutObjectCommand({
      ...this.name,
      Body: contentOf(part),
      ContentLength: part.filled,
    });
    command.middlewareStack.add(signDigest(part.hash.digest('hex')), { step: 'build' });
    await this.client.send(command, this.#within(this.#partMs(part)));
  }

  async #complete(UploadId: string): Promise<void> {
    if (this.#part) await this.#send(this.#part);
    const MultipartUpload = { Parts: await Promise.all(this.#sent) };
    await this.client.send(
      new CompleteMultipartUploadCommand({ ...this.name, UploadId, MultipartUpload }),
      this.#within(COMPLETE_MS),
    );
  }

  #partMs({ filled }: Part): number {
    return ANSWER_MS + Math.ceil((PART_MS * filled) / this.#partBytes);
  }

  #within(requestTimeout: number) {
    return { requestTimeout, abortSignal: this.#abort.signal };
  }
}

const contentOf = ({ buffer, filled }: Part): Buffer => buffer.subarray(0, filled);
