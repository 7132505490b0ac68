/**
 * The token of the scanned code: out of the address bar at once, kept for this tab, forgotten when done.
 *
 * It is kept in sessionStorage because phones throw background tabs away: someone who looks at another
 * application while typing a key, and comes back, gets this page loaded anew, without the fragment. With the
 * token the page asks its question again; nothing is carried out by that, and every request may be repeated.
 * A token is no key: its activation key is masked. sessionStorage belongs to one tab and ends with it, and
 * forget() empties it when the person says "Done" or the deactivation is recorded. What outlives the tab is
 * store.js's: scans that wait for the network, and given keys.
 */

import { opened } from "./address.js";

/** Written out: beginning with "//", the path of a mistyped address would name another server. */
const PAGE = "/a";

const PLACE = "keyferry.token";

/** @type {string | null} */
let inMemory = null;

/**
 * Run a storage access; with site data switched off the token lives in memory only, and a reload means a new scan.
 *
 * @template Result
 * @param {() => Result} access
 * @returns {Result | null}
 */
function ifStorageWorks(access) {
  try {
    return access();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/**
 * Take a newly scanned token from the address and keep it; null when the address holds none.
 *
 * @returns {string | null}
 */
export function takeScanned() {
  const token = opened(location.href)?.carried ?? null;
  if (token === null) return null;
  history.replaceState(null, "", PAGE);
  inMemory = token;
  ifStorageWorks(() => sessionStorage.setItem(PLACE, token));
  return token;
}

/**
 * The token that this tab was working on before it was loaded anew.
 *
 * @returns {string | null}
 */
export function recall() {
  return inMemory ?? ifStorageWorks(() => sessionStorage.getItem(PLACE));
}

/** Forget the token, in memory and in the tab's storage. */
export function forget() {
  inMemory = null;
  ifStorageWorks(() => sessionStorage.removeItem(PLACE));
}
