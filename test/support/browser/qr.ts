import jsQR from 'jsqr';
import { PNG } from 'pngjs';

/** The content of the QR code in a PNG; null if there is none. */
export function readQr(png: Buffer): string | null {
  const { data, width, height } = PNG.sync.read(png);
  return jsQR.default(new Uint8ClampedArray(data), width, height)?.data ?? null;
}
