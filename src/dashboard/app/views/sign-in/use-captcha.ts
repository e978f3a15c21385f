import { useState } from 'react';
import { Failure } from '../../api/failure.js';
import { post } from '../../api/post.js';
import { CreateCaptchaDocument } from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';

/** A picture to be read by a person, where the gateway asks for it; good for one try. */
export interface ImageCaptcha {
  /** A data URI; null as long as it is not asked for. */
  readonly picture: string | null;
  readonly answer: string;
  readonly setAnswer: (answer: string) => void;
  readonly renew: () => Promise<void>;
  /**
   * Tries something. Where it is refused and a picture is asked for, or was used up, the new one is there before the
   * refusal is told: who reads it can answer at once.
   * @param work gets what to send along: the answer, where a picture was asked for.
   * @throws what `work` throws
   */
  readonly trying: (work: (solved: { captcha?: string }) => Promise<void>) => Promise<void>;
}

export function useCaptcha(): ImageCaptcha {
  const [picture, setPicture] = useState<string | null>(null);
  const [answer, setAnswer] = useState('');

  const ask = async () => {
    const input = { type: 'IMAGE', deviceId: browserDeviceId() } as const;
    const { createCaptcha } = await post(CreateCaptchaDocument, { input });
    setAnswer('');
    setPicture(createCaptcha.image);
  };
  // Where none comes, what was refused is still there to be read, and can be tried again.
  const renew = () => ask().catch(() => {});
  const trying: ImageCaptcha['trying'] = async (work) => {
    try {
      await work(picture ? { captcha: answer } : {});
    } catch (error) {
      if (picture || (error instanceof Failure && error.code === 'CAPTCHA_REQUIRED')) await renew();
      throw error;
    }
    setPicture(null);
  };
  return { picture, answer, setAnswer, renew, trying };
}
