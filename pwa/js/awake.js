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
  let isLeft = false;
  /** @type {WakeLockSentinel | null} */
  let lock = null;
  const release = () => inTime(() => lock?.release());
  const hold = () =>
    inTime(async () => {
      if (document.visibilityState !== "visible") return;
      lock = await navigator.wakeLock.request("screen");
      if (isLeft) await release();
    });
  // The phone takes the lock away whenever the page is out of sight.
  const seen = () => void hold();
  document.addEventListener("visibilitychange", seen);
  void hold();
  return () => {
    isLeft = true;
    document.removeEventListener("visibilitychange", seen);
    void release();
  };
}
