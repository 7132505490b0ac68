/**
 * The only place that caches: the page and its files, so that the page opens without network.
 *
 * Answers of the server never come in here. Files are taken from one folder's state: the server puts a sum of
 * all files in the place of the version, so a changed file makes a new worker, and the new worker a new cache.
 */

const VERSION = "@version@";
const CACHE = `keyferry-${VERSION}`;
const PAGE = "/a";

/** How scanners write it: the QR code is in upper case, and some encode its "#" or double a slash. */
const SPELLINGS = /^\/+a\/*((#|%(25)*23).*)?$/i;

/** What the page, which comes in one piece, does not bring along; a test compares this list with the folder. */
const FILES = [
  "/pwa/icons/favicon.svg",
  "/pwa/manifest.webmanifest",
  "/pwa/strings/de.json",
  "/pwa/strings/en.json",
];

/** Kept from the first use on: the scanner for browsers without one, and a logo that only some vendors have, by its state. */
const KEPT_ON_USE = ["/pwa/vendor/", "/vendor-logo"];

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...FILES]);
}

async function dropEarlierVersions() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

/**
 * @param {string} address
 * @returns {Promise<Response>}
 */
async function kept(address) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address, { ignoreVary: true })) ?? fetch(address);
}

/**
 * @param {string} address
 * @returns {Promise<Response>}
 */
async function keptOnUse(address) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(address, { ignoreVary: true });
  if (found !== undefined) return found;
  const answer = await fetch(address);
  if (answer.ok) await cache.put(address, answer.clone());
  return answer;
}

/** @param {Request} request @returns {Promise<Response> | null} null: none of our business */
function answer(request) {
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return null;
  if (request.mode === "navigate") return SPELLINGS.test(pathname) ? kept(PAGE) : null;
  if (FILES.includes(pathname)) return kept(pathname);
  return KEPT_ON_USE.some((beginning) => pathname.startsWith(beginning)) ? keptOnUse(pathname + search) : null;
}

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", (event) => {
  // Phones keep tabs open for months: waiting for the last one to close would keep an old page alive.
  event.waitUntil(fill().then(() => worker.skipWaiting()));
});
worker.addEventListener("activate", (event) => {
  event.waitUntil(dropEarlierVersions().then(() => worker.clients.claim()));
});
worker.addEventListener("fetch", (event) => {
  const answered = answer(event.request);
  if (answered !== null) event.respondWith(answered);
});
