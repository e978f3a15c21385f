import { useEffect, useState } from 'react';
import type { Failure } from '../../api/failure.js';
import { browserDeviceId } from '../../session/device-id.js';
import { useSubmission } from '../../ui/use-submission.js';
import { type ImageCaptcha, useCaptcha } from './use-captcha.js';

/** The gateway sends one SMS per number and minute. */
const RESEND_SECONDS = 60;

/** Where a code is sent, and the solved captcha if one was required. */
export interface CodeRequest {
  readonly phone: string;
  readonly deviceId: string;
  readonly captcha?: string;
}

/** A phone, and a code that is sent to it. */
export interface PhoneCode {
  readonly phone: string;
  readonly setPhone: (phone: string) => void;
  readonly code: string;
  readonly setCode: (code: string) => void;
  readonly captcha: ImageCaptcha;
  /** The phone of the latest request; null before the first one. */
  readonly sentTo: string | null;
  /** Seconds until the next request. */
  readonly wait: number;
  readonly sending: boolean;
  readonly failure: Failure | null;
  readonly send: () => Promise<void>;
}

/** @param request asks the gateway for a code. */
export function usePhoneCode(request: (request: CodeRequest) => Promise<unknown>): PhoneCode {
  const [phone, setPhone] = useState('');
  const [code, setCode] = useState('');
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [wait, setWait] = useCountdown();
  const captcha = useCaptcha();
  const { submit, pending, failure } = useSubmission();
  const send = async () => {
    const failed = await submit(() =>
      captcha.attempt(async (solved) => {
        await request({ phone, deviceId: browserDeviceId(), ...solved });
        setSentTo(phone);
        setWait(RESEND_SECONDS);
      }),
    );
    if (failed?.retryAfter) setWait(Math.ceil(failed.retryAfter));
  };
  return { phone, setPhone, code, setCode, captcha, sentTo, wait, sending: pending, failure, send };
}

/** The seconds left, counting down to 0, and a function that starts it. */
function useCountdown(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}
