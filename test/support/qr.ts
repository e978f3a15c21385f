import jsQR from 'jsqr';
import { PNG } from 'pngjs';

/** What the QR code in a PNG says; null when none is found. */
export function readQr(png: Buffer): string | null {
  const { data, width, height } = PNG.sync.read(png);
  return jsQR.default(new Uint8ClampedArray(data), width, height)?.data ?? null;
}
