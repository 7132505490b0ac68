/**
 * The token of the scanned code: out of the address bar at once, kept for this tab, forgotten when done.
 *
 * It is kept in sessionStorage because phones throw background tabs away: someone who looks at another
 * application while typing a key, and comes back, gets this page loaded anew, without the fragment. With the
 * token the page asks its question again; nothing is carried out by that, and every request may be repeated.
 * A token is no key: its activation key is masked. sessionStorage belongs to one tab and ends with it, and
 * forget() empties it when the person says "Done" or the deactivation is recorded. What outlives the tab is
 * store.js's: scans that wait for the network, and given keys.
 *
 * Where the phone refuses to keep it, the token lives in memory only, and a reload means a new scan.
 */
import { opened } from "./address.js";
import { atOnce } from "./convenience.js";

/** Written out: beginning with "//", the path of a mistyped address would name another server. */
const PAGE = "/a";

const PLACE = "keyferry.token";

/** @type {string | null} */
let inMemory = null;

/**
 * Take a newly scanned token from the address and keep it; null when the address holds none.
 *
 * @returns {string | null}
 */
export function takeScanned() {
  const token = opened(location.href)?.carried ?? null;
  if (token === null) return null;
  // Refused to pages that call it too often; the token then stays in sight, and does its work.
  atOnce(() => history.replaceState(null, "", PAGE));
  inMemory = token;
  atOnce(() => sessionStorage.setItem(PLACE, token));
  return token;
}

/**
 * The token that this tab was working on before it was loaded anew.
 *
 * @returns {string | null}
 */
export function recall() {
  const kept = atOnce(() => sessionStorage.getItem(PLACE));
  // Some storages that are made up have no null to give.
  return inMemory ?? (kept.done && typeof kept.result === "string" ? kept.result : null);
}

/** Forget the token, in memory and in the tab's storage. */
export function forget() {
  inMemory = null;
  atOnce(() => sessionStorage.removeItem(PLACE));
}
