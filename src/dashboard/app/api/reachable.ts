/** Whether the gateway answers at all, be it with an error. */
export const isGatewayReachable = (): Promise<boolean> =>
  fetch('/health/live').then(
    () => true,
    () => false,
  );
