import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { S3Settings } from '../../../config.js';
import type { ByteRange } from '../../../releases/storage.js';
import type { Tracing } from '../../../tracing/tracing.js';
import { createClient, hasCode, unavailable } from './client.js';
import { PartUpload } from './part-upload.js';

const CONTENT_TYPE = 'application/octet-stream';
/** A link is followed at once, and works on after its package was withdrawn. */
const LINK_SECONDS = 60;

interface ListedObject {
  /** Without the prefix. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/**
 * The objects of a bucket below a prefix. Methods throw as `createClient` says. The class must not be named like a
 * property of its requests: TypeScript 7.0.2 would rename the property.
 */
export class PackageBucket {
  readonly #client: S3Client;
  /** Signs links, which clients follow. */
  readonly #publicClient: S3Client;

  /** @param tracing records requests. */
  constructor(
    private readonly settings: S3Settings,
    tracing: Tracing | null,
  ) {
    this.#client = createClient(settings, tracing);
    this.#publicClient =
      settings.publicEndpoint === null
        ? this.#client
        : createClient({ ...settings, endpoint: settings.publicEndpoint }, tracing);
  }

  /** For messages. */
  get url(): string {
    const { bucket, prefix, endpoint } = this.settings;
    return `s3://${bucket}/${prefix}${endpoint === null ? '' : ` at ${endpoint}`}`;
  }

  upload(name: string, maxBytes: number): PartUpload {
    return new PartUpload(this.#client, this.#object(name), maxBytes);
  }

  async put(name: string, content: string): Promise<void> {
    await this.#client.send(new PutObjectCommand({ ...this.#object(name), Body: content }));
  }

  /** @returns the bytes from the start of a range on. @throws Error NoSuchKey */
  async read(name: string, { start, end }: ByteRange): Promise<Readable> {
    const command = new GetObjectCommand({ ...this.#object(name), Range: `bytes=${start}-${end}` });
    const { Body, ContentRange } = await this.#client.send(command);
    const body = Body as Readable;
    if (ContentRange?.startsWith(`bytes ${start}-`)) return body;
    body.destroy();
    throw unavailable(new Error('The server has not sent the range.'));
  }

  /** The whole of a small object; null if it does not exist. */
  async readText(name: string): Promise<string | null> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#object(name)));
      return (await Body?.transformToString()) ?? '';
    } catch (error) {
      if (hasCode(error, 'NoSuchKey')) return null;
      throw error;
    }
  }

  /** Does nothing if the object does not exist. */
  async delete(name: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#object(name)));
  }

  /** All objects whose names start with `folder`. */
  async *list(folder: string): AsyncGenerator<ListedObject> {
    const { bucket: Bucket, prefix } = this.settings;
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket, Prefix: prefix + folder });
    for await (const { Contents = [] } of pages) {
      for (const { Key = '', LastModified } of Contents) {
        yield { name: Key.slice(prefix.length), modifiedAt: LastModified?.getTime() ?? 0 };
      }
    }
  }

  /** Aborts the uploads below `folder` that were started before `before`, in milliseconds since the epoch. */
  async abortUploads(folder: string, before: number): Promise<void> {
    const { bucket: Bucket, prefix } = this.settings;
    let next: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
    for (let isTruncated = true; isTruncated; ) {
      const page = await this.#client.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix: prefix + folder, ...next }),
      );
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if ((Initiated?.getTime() ?? 0) >= before) continue;
        await this.#client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      }
      isTruncated = page.IsTruncated ?? false;
      next = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
  }

  /** A URL from which anybody can download the object for a minute. */
  link(name: string, contentDisposition: string): Promise<string> {
    const command = new GetObjectCommand({
      ...this.#object(name),
      ResponseContentDisposition: contentDisposition,
      ResponseContentType: CONTENT_TYPE,
      ResponseCacheControl: 'no-store',
    });
    return getSignedUrl(this.#publicClient, command, { expiresIn: LINK_SECONDS });
  }

  #object(name: string) {
    return { Bucket: this.settings.bucket, Key: this.settings.prefix + name };
  }
}
