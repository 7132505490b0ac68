/**
 * The only module on the phone's storage: scans that wait for the network, and keys that were given.
 *
 * A browser may refuse to store, in a private window for instance, or never say whether it did. Nothing depends on
 * it. What keeps something answers whenever the outcome is known, for nobody waits for it; what reads or removes
 * is waited for, and so answers soon.
 */
import { atOnce, inTime, soon } from "./convenience.js";

const DATABASE = "keyferry";
const VERSION = 1;
const SCANS = "scans";
const ACTIVATIONS = "activations";
const LANGUAGE = "keyferry.language";

/**
 * @typedef {{token: string, at: number}} Scan `at`: milliseconds since 1970
 * @typedef {Omit<import("./api.js").Activation, "seats" | "formerComputerIds"> & {at: number}} KeptActivation
 */

/**
 * @template Result
 * @param {IDBRequest<Result>} request
 * @returns {Promise<Result>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  const request = indexedDB.open(DATABASE, VERSION);
  request.addEventListener("upgradeneeded", () => {
    request.result.createObjectStore(SCANS, { keyPath: "token" });
    request.result.createObjectStore(ACTIVATIONS, { keyPath: "computerId" });
  });
  return settled(request);
}

/**
 * @template Result
 * @param {string} name
 * @param {IDBTransactionMode} mode
 * @param {(objects: IDBObjectStore) => IDBRequest<Result>} operation
 * @returns {Promise<Result>}
 */
async function access(name, mode, operation) {
  const database = await opened();
  try {
    const transaction = database.transaction(name, mode);
    const committed = new Promise((resolve, reject) => {
      transaction.addEventListener("complete", resolve);
      transaction.addEventListener("abort", () => reject(transaction.error));
    });
    const [result] = await Promise.all([settled(operation(transaction.objectStore(name))), committed]);
    return result;
  } finally {
    database.close();
  }
}

/**
 * @param {string} name
 * @param {(objects: IDBObjectStore) => IDBRequest} operation
 */
function change(name, operation) {
  return inTime(() => access(name, "readwrite", operation));
}

/**
 * @template Kept
 * @param {string} name
 * @returns {Promise<import("./convenience.js").Outcome<Kept[]>>}
 */
function all(name) {
  return soon(
    inTime(async () => {
      const found = await access(name, "readonly", (objects) => objects.getAll());
      return found.sort((one, other) => other.at - one.at);
    }),
  );
}

/** Keep a scan until the server has answered it. @param {string} token */
export function keepScan(token) {
  return change(SCANS, (scans) => scans.put({ token, at: Date.now() }));
}

/** @param {string} token */
export function dropScan(token) {
  return soon(change(SCANS, (scans) => scans.delete(token)));
}

/** The waiting scans, latest first. @returns {Promise<import("./convenience.js").Outcome<Scan[]>>} */
export function keptScans() {
  return all(SCANS);
}

/** Keep a given key. @param {import("./api.js").Activation} activation */
export function keepActivation({ seats: _, formerComputerIds: __, ...activation }) {
  return change(ACTIVATIONS, (kept) => kept.put({ ...activation, at: Date.now() }));
}

/** @param {string} computerId */
export function dropActivation(computerId) {
  return soon(change(ACTIVATIONS, (kept) => kept.delete(computerId)));
}

export function dropAllActivations() {
  return soon(change(ACTIVATIONS, (kept) => kept.clear()));
}

/** The kept keys, latest first. @returns {Promise<import("./convenience.js").Outcome<KeptActivation[]>>} */
export function keptActivations() {
  return all(ACTIVATIONS);
}

/** The language that was chosen on this phone. @returns {string | null} */
export function keptLanguage() {
  const kept = atOnce(() => localStorage.getItem(LANGUAGE));
  return kept.done ? kept.result : null;
}

/** Where the phone refuses, the choice lasts as long as the page. @param {string} language */
export function keepLanguage(language) {
  atOnce(() => localStorage.setItem(LANGUAGE, language));
}
