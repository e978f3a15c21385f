/**
 * Preloaded into a process (`node --import`): at each SIGUSR2, its clock advances by ten minutes, and the timers of a
 * minute or more that are due run. Shorter timers are left alone, since nothing here depends on them.
 */
const STEP_MS = 600_000;
const LONG_MS = 60_000;

const { now } = Date;
const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
let offset = 0;
Date.now = () => now() + offset;

const timers = new Map();

function track(handle, timer) {
  if (timer.delay >= LONG_MS) timers.set(handle, { ...timer, due: Date.now() + timer.delay });
  return handle;
}

globalThis.setTimeout = (callback, delay, ...args) => {
  const run = () => {
    timers.delete(handle);
    callback(...args);
  };
  const handle = setTimeout(run, delay);
  return track(handle, { run, delay, once: true });
};
globalThis.setInterval = (callback, delay, ...args) => {
  const run = () => callback(...args);
  return track(setInterval(run, delay), { run, delay, once: false });
};
globalThis.clearTimeout = (handle) => {
  timers.delete(handle);
  clearTimeout(handle);
};
globalThis.clearInterval = (handle) => {
  timers.delete(handle);
  clearInterval(handle);
};

process.on('SIGUSR2', () => {
  offset += STEP_MS;
  for (const [handle, timer] of [...timers]) {
    if (timer.due > Date.now()) continue;
    if (timer.once) clearTimeout(handle);
    else timer.due += timer.delay;
    timer.run();
  }
});
