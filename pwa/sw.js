/**
 * The only place that caches: the page and its files, so that the page opens without network.
 *
 * Answers of the server never come in here. Files are taken from one folder's state: the server puts a sum of
 * all files in the place of the version, so a changed file makes a new worker, and the new worker a new cache.
 *
 * A cache may be missing, full, throw anything or never answer. Then this worker lets the page through as if it
 * were not there: what is not found soon comes from the network.
 */

const VERSION = "@version@";
const CACHE = `keyferry-${VERSION}`;
const PAGE = "/a";

/** How scanners write it: the QR code is in upper case, and some encode its "#" or double a slash. */
const SPELLINGS = /^\/+a\/*((#|%(25)*23).*)?$/i;

/** What the page, which comes in one piece, does not bring along; a test compares this list with the folder. */
const FILES = [
  "/pwa/icons/drawing.svg",
  "/pwa/icons/favicon.svg",
  "/pwa/manifest.webmanifest",
  "/pwa/vendor/jetbrains-mono/keys-600.woff2",
  "/pwa/vendor/jetbrains-mono/mono-500.woff2",
  "/pwa/vendor/lean-qr/index.js",
];

/**
 * Kept from the first use on: the scanner for browsers without one, the words of a language that somebody chose, and a logo
 * that only some vendors have, by its state.
 */
const KEPT_ON_USE = ["/pwa/vendor/zxing-wasm/", "/pwa/words/", "/vendor-logo"];

/** Milliseconds until a cache counts as one that does not answer. */
const PATIENCE = 1_000;

/**
 * What the cache does, or undefined where it refuses; long in coming, it may never come.
 *
 * @template Result
 * @param {(cache: Cache) => Promise<Result>} operation
 * @returns {Promise<Result | undefined>}
 */
async function inCache(operation) {
  try {
    return await operation(await caches.open(CACHE));
  } catch (error) {
    console.info("The cache refuses:", error);
    return undefined;
  }
}

/**
 * What is there within a short while, else undefined.
 *
 * @template Result
 * @param {Promise<Result>} outcome
 * @returns {Promise<Result | undefined>}
 */
function soon(outcome) {
  return Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

/** The vendor's logo, which the page names: one that does not come keeps nothing else away. @param {Cache} cache */
async function keepLogo(cache) {
  try {
    const page = await (await cache.match(PAGE, { ignoreVary: true }))?.text();
    const [, logo] = /data-logo="(\/vendor-logo[^"]*)"/.exec(page ?? "") ?? [];
    if (logo !== undefined) await cache.add(logo.replace(/&amp;/g, "&"));
  } catch (error) {
    console.info("The logo is not kept:", error);
  }
}

async function fill() {
  // Where there is no cache, a worker that lets everything through is still better than an earlier one that may not.
  if (!(await soon(inCache(async () => true)))) return;
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...FILES]);
  await keepLogo(cache);
}

async function dropEarlierVersions() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

/** Look after pages as they are, once the earlier versions are gone or cannot be. */
async function takeOver() {
  await soon(inCache(dropEarlierVersions));
  await worker.clients.claim();
}

/**
 * What is kept, else what the network has, else what a slow cache has after all.
 *
 * @param {string} address
 * @param {(answer: Response) => void} [arrived] with what the network had
 * @returns {Promise<Response>}
 */
async function kept(address, arrived) {
  const found = inCache((cache) => cache.match(address, { ignoreVary: true }));
  const ready = await soon(found);
  if (ready !== undefined) return ready;
  try {
    const answer = await fetch(address);
    arrived?.(answer);
    return answer;
  } catch (error) {
    const late = await soon(found);
    if (late !== undefined) return late;
    throw error;
  }
}

/**
 * @param {string} address
 * @returns {Promise<Response>}
 */
function keptOnUse(address) {
  return kept(address, (answer) => {
    const copy = answer.clone();
    // Nobody waits for this: the page gets what it asked for, whether there is room for a copy or not.
    if (answer.ok) void inCache((cache) => cache.put(address, copy));
  });
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
  event.waitUntil(takeOver());
});
worker.addEventListener("fetch", (event) => {
  const answered = answer(event.request);
  if (answered !== null) event.respondWith(answered);
});
