import { useState } from 'react';
import { Failure } from '../../api/failure.js';
import { post } from '../../api/post.js';
import { CreateCaptchaDocument } from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';

/** An image captcha, shown only when the gateway requires one. Each is good for one attempt. */
export interface ImageCaptcha {
  /** A data URI; null while none is required. */
  readonly image: string | null;
  readonly answer: string;
  readonly setAnswer: (answer: string) => void;
  readonly renew: () => Promise<void>;
  /**
   * Runs an attempt with the answer. After a failure that requires or consumed a captcha, it loads a new image
   * before it rethrows, so that the user can answer at once.
   * @throws what `work` throws
   */
  readonly attempt: (work: (solved: { captcha?: string }) => Promise<void>) => Promise<void>;
}

export function useCaptcha(): ImageCaptcha {
  const [image, setImage] = useState<string | null>(null);
  const [answer, setAnswer] = useState('');

  const load = async () => {
    const input = { type: 'IMAGE', deviceId: browserDeviceId() } as const;
    const { createCaptcha } = await post(CreateCaptchaDocument, { input });
    setAnswer('');
    setImage(createCaptcha.captcha.image);
  };
  // If loading fails, the form still shows the earlier failure, and the next attempt loads again.
  const renew = () => load().catch(() => {});
  const attempt: ImageCaptcha['attempt'] = async (work) => {
    try {
      await work(image ? { captcha: answer } : {});
    } catch (error) {
      if (image || (error instanceof Failure && error.code === 'CAPTCHA_REQUIRED')) await renew();
      throw error;
    }
    setImage(null);
  };
  return { image, answer, setAnswer, renew, attempt };
}
