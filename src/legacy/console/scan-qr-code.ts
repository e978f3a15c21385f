import { toBuffer } from 'qrcode';
import { scanLink } from '../../captchas/scan-tickets.js';

/** Pixels per QR module. A link of usual length makes an image of about 220 × 220 pixels. */
const SCALE = 6;

/** The link of a scan ticket as a QR code, in PNG. */
export const scanQrCode = (publicUrl: string, ticket: string): Promise<Buffer> =>
  toBuffer(scanLink(publicUrl, ticket), { type: 'png', scale: SCALE });
