import { toBuffer } from 'qrcode';
import { scanLink } from '../../captchas/scan-tickets.js';

/** Pixels of one QR module: a link of usual length makes a picture of about 220 by 220. */
const SCALE = 6;

/** A PNG of the QR code that a signed-in person scans. */
export const scanQrCode = (publicUrl: string, ticket: string): Promise<Buffer> =>
  toBuffer(scanLink(publicUrl, ticket), { type: 'png', scale: SCALE });
