/**
 * Putting the page on the phone's home screen, where a browser offers that.
 */
import { inTime } from "./convenience.js";

/** @typedef {Event & {prompt: () => Promise<unknown>}} Offer */

/** @type {Offer | null} */
let offer = null;

/** Hears when the browser makes its offer, or takes it back. @type {() => void} */
let changed = () => undefined;

/** Keep the browser's offer until somebody asks for it, in place of a banner of its own. */
export function awaitOffer() {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = /** @type {Offer} */ (event);
    changed();
  });
  window.addEventListener("appinstalled", () => {
    offer = null;
    changed();
  });
}

/** @param {() => void} listener the one that wants to hear of it now */
export function onOffer(listener) {
  changed = listener;
}

export function canInstall() {
  return offer !== null;
}

/** Have the browser ask; each offer is good once. */
export async function install() {
  const asked = offer;
  offer = null;
  if (asked !== null) await inTime(() => asked.prompt());
  changed();
}
