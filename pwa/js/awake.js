/**
 * Keeps the screen on while a key is typed from it.
 */

/**
 * Keep the screen on until the returned function is called; where the phone refuses, it goes off as usual.
 *
 * @returns {() => void}
 */
export function stayAwake() {
  const leaving = new AbortController();
  /** @type {WakeLockSentinel | null} */
  let lock = null;
  const hold = async () => {
    if (!("wakeLock" in navigator) || document.visibilityState !== "visible") return;
    try {
      lock = await navigator.wakeLock.request("screen");
      if (leaving.signal.aborted) await lock.release();
    } catch (error) {
      // Low battery, for instance: the phone decides.
      if (!(error instanceof DOMException)) throw error;
    }
  };
  // The phone takes the lock away whenever the page is out of sight.
  document.addEventListener("visibilitychange", () => void hold(), { signal: leaving.signal });
  void hold();
  return () => {
    leaving.abort();
    void lock?.release();
  };
}
