import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SmsMessage, SmsOptions, SmsReceipt, SmsSender } from '../../captchas/sms-sender.js';
import type { Clock } from '../../clock.js';
import { failed, newReceipt } from './outcome.js';

/** Sends no message, but appends `{to, code, text, at}` as a JSON line to `<dataDir>/outbox/sms.jsonl`. */
export class OutboxSender implements SmsSender {
  private readonly folder: string;
  private readonly now: Clock;
  private last: Promise<unknown> = Promise.resolve();
  /** A process that was killed while writing, or a full disk, leaves a truncated line. */
  private mayEndMidLine = true;

  constructor(dataDir: string, { now = Date.now }: SmsOptions = {}) {
    this.folder = join(dataDir, 'outbox');
    this.now = now;
  }

  async send({ to, code, text }: SmsMessage): Promise<SmsReceipt> {
    const line = `${JSON.stringify({ to, code, text, at: new Date(this.now()).toISOString() })}\n`;
    const written = this.last.then(() => this.append(line));
    this.last = written.catch(() => undefined);
    try {
      await written;
    } catch (fault) {
      throw failed('outbox', fault);
    }
    return newReceipt();
  }

  private async append(line: string): Promise<void> {
    // Without a mode, which would close a data folder that is created here to the user of the embedded database.
    await mkdir(this.folder, { recursive: true });
    const file = await open(join(this.folder, 'sms.jsonl'), 'a+', 0o600);
    try {
      // A single write in append mode, so that lines of other processes cannot interleave.
      const start = this.mayEndMidLine && (await endsMidLine(file)) ? '\n' : '';
      this.mayEndMidLine = true;
      await file.appendFile(start + line);
      this.mayEndMidLine = false;
    } finally {
      await file.close();
    }
  }
}

async function endsMidLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== '\n';
}
