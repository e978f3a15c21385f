import type { Database } from '../database/database.js';
import type { Client } from '../sessions/sessions.js';
import { Captcha, CaptchaType } from './captcha.entity.js';
import { drawCaptcha, randomAnswer } from './captcha-image.js';
import type { CaptchaAnswer, CaptchaStore, IssuedCaptcha } from './captcha-store.js';
import type { CaptchaTurns } from './captcha-turns.js';

/** Image captchas: a client has one at a time. */
export class ImageCaptchas {
  /** @param fixedCode the answer of every image, for integration tests of clients; normally undefined. */
  constructor(
    private readonly db: Database,
    private readonly captchas: CaptchaStore,
    private readonly turns: CaptchaTurns,
    private readonly fixedCode: string | undefined,
  ) {}

  /**
   * Draws a new image for this client and invalidates its earlier ones.
   * @throws DomainError THROTTLED past the limit of the address, UNAVAILABLE if too many captchas wait
   */
  issue(deviceId: string, client: Client): Promise<IssuedCaptcha & { png: Buffer }> {
    return this.turns.run(client.address, () => this.#issue(deviceId, client));
  }

  /**
   * Consumes the captcha of this client.
   * @throws DomainError CAPTCHA_EXPIRED, CAPTCHA_INVALID
   */
  solve(deviceId: string, answer: string, { address }: Client): Promise<void> {
    return this.captchas.consume(challenge(deviceId, address, answer));
  }

  async #issue(deviceId: string, { address }: Client) {
    const answer = this.fixedCode ?? randomAnswer();
    const captcha = this.captchas.create(challenge(deviceId, address, answer));
    const em = this.db.em.fork();
    await em.nativeUpdate(
      Captcha,
      { type: CaptchaType.IMAGE, subject: deviceId, consumedAt: null },
      { consumedAt: captcha.createdAt },
    );
    await em.insert(Captcha, captcha);
    return { id: captcha.id, expiresAt: captcha.expiresAt, png: await drawCaptcha(answer) };
  }
}

const challenge = (deviceId: string, address: string, answer: string): CaptchaAnswer => ({
  type: CaptchaType.IMAGE,
  subject: deviceId,
  deviceId,
  address,
  answer,
});
