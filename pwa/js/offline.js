/**
 * Gets the page ready to open without network, once it has done what it was opened for.
 */

const WORKER = "/sw.js";

/** The one script address that Trusted Types let through. */
function workerAddress() {
  const { trustedTypes } = /** @type {{trustedTypes?: {createPolicy: Function}}} */ (/** @type {unknown} */ (window));
  if (trustedTypes === undefined) return WORKER;
  return trustedTypes.createPolicy("keyferry", { createScriptURL: () => WORKER }).createScriptURL("");
}

/** Register the service worker; on plain HTTP browsers offer none, and the page works with network only. */
export async function workOffline() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(workerAddress(), { scope: "/", updateViaCache: "none" });
  } catch (error) {
    // Storage switched off, or the network went away: the next visit tries again.
    if (error instanceof TypeError || error instanceof DOMException) console.info(`No offline page: ${error.message}`);
    else throw error;
  }
}
