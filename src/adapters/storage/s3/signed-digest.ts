/**
 * A middleware that signs the body of a request by its digest: S3 refuses a body that arrives changed.
 * @param sha256 of the body, hex. By default the SDK hashes the whole body at once, and meanwhile other requests wait.
 */
export const signDigest =
  (sha256: string) =>
  <Args extends { request: unknown }, Output>(next: (args: Args) => Promise<Output>) =>
  (args: Args): Promise<Output> => {
    const { headers } = args.request as { headers: Record<string, string> };
    headers['x-amz-content-sha256'] = sha256;
    return next(args);
  };
