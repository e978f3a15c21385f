import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const VALID = ['-days', '2'];

/**
 * Creates `ca.crt`, an authority, with a certificate `server.crt` and its key `server.key`, and another authority,
 * `other.crt`.
 * @param name of the server, such as `DNS:localhost`.
 */
export async function createCertificates(folder: string, name: string): Promise<void> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  for (const ca of ['ca', 'other']) {
    await openssl('req', '-x509', ...NEW_KEY, ...VALID, ...subject(ca), ...keyAnd(ca, 'crt'));
  }
  const request = [...subject('server'), '-addext', `subjectAltName=${name}`, ...keyAnd('server', 'csr')];
  await openssl('req', ...NEW_KEY, ...request);
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-copy_extensions', 'copyall'];
  await openssl('x509', '-req', '-in', 'server.csr', ...authority, ...VALID, '-out', 'server.crt');
}

const subject = (name: string) => ['-subj', `/CN=${name}`];
const keyAnd = (name: string, kind: string) => ['-keyout', `${name}.key`, '-out', `${name}.${kind}`];
