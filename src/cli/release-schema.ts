import { z } from 'zod';

/** What the gateway says of a release; a program gets all of it. */
export const Release = z.object({
  id: z.string(),
  channel: z.string(),
  version: z.string(),
  fileName: z.string(),
  size: z.number(),
  sha256: z.string(),
  notes: z.string().nullable(),
  uploader: z.string().nullable(),
  url: z.string(),
  publishedAt: z.string(),
  withdrawnAt: z.string().nullable(),
  withdrawalReason: z.string().nullable(),
});

export type Release = z.output<typeof Release>;
