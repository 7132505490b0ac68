/**
 * Keeps the screen on while a key is typed from it.
 */
import { inTime } from "./convenience.js";

/**
 * Keep the screen on until the returned function is called; where the phone refuses, it goes off as usual.
 *
 * @returns {() => void}
 */
export function stayAwake() {
  const leaving = new AbortController();
  /** @type {WakeLockSentinel | null} */
  let lock = null;
  const release = () => inTime(() => lock?.release());
  const hold = () =>
    inTime(async () => {
      if (document.visibilityState !== "visible") return;
      lock = await navigator.wakeLock.request("screen");
      if (leaving.signal.aborted) await release();
    });
  // The phone takes the lock away whenever the page is out of sight.
  document.addEventListener("visibilitychange", () => void hold(), { signal: leaving.signal });
  void hold();
  return () => {
    leaving.abort();
    void release();
  };
}
