/**
 * Gets the page ready to open without network, once it has done what it was opened for.
 */
import { inTime } from "./convenience.js";

const WORKER = "/sw.js";

/** The one script address that Trusted Types let through. */
function workerAddress() {
  const { trustedTypes } = /** @type {{trustedTypes?: {createPolicy: Function}}} */ (/** @type {unknown} */ (window));
  if (trustedTypes === undefined) return WORKER;
  return trustedTypes.createPolicy("keyferry", { createScriptURL: () => WORKER }).createScriptURL("");
}

/** Register the service worker; where the phone offers none, as on plain HTTP, the page works with network only. */
export async function workOffline() {
  const options = /** @type {const} */ ({ scope: "/", updateViaCache: "none" });
  const registered = await inTime(() => navigator.serviceWorker.register(workerAddress(), options));
  // The next visit tries again.
  if (!registered.done) console.info("No offline page:", registered.error);
}
