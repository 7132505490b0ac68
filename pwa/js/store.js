/**
 * The only module on the phone's storage: scans that wait for the network, and keys that were given.
 *
 * A browser may refuse to store, in a private window for instance. Nothing depends on it: what stores tells
 * whether it did, what reads finds nothing.
 */

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
 * @param {(objects: IDBObjectStore) => IDBRequest<Result>} deed
 * @returns {Promise<{done: true, result: Result} | {done: false}>}
 */
async function access(name, mode, deed) {
  try {
    const database = await opened();
    try {
      const transaction = database.transaction(name, mode);
      const committed = new Promise((resolve, reject) => {
        transaction.addEventListener("complete", resolve);
        transaction.addEventListener("abort", () => reject(transaction.error));
      });
      const [result] = await Promise.all([settled(deed(transaction.objectStore(name))), committed]);
      return { done: true, result };
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) return { done: false };
    throw error;
  }
}

/**
 * @template Kept
 * @param {string} name
 * @returns {Promise<Kept[]>}
 */
async function all(name) {
  const found = await access(name, "readonly", (objects) => objects.getAll());
  return found.done ? found.result.sort((one, other) => other.at - one.at) : [];
}

/** Keep a scan until the server has answered it. @param {string} token @returns {Promise<boolean>} */
export async function keepScan(token) {
  return (await access(SCANS, "readwrite", (scans) => scans.put({ token, at: Date.now() }))).done;
}

/** @param {string} token */
export async function dropScan(token) {
  await access(SCANS, "readwrite", (scans) => scans.delete(token));
}

/** The waiting scans, latest first. @returns {Promise<Scan[]>} */
export function keptScans() {
  return all(SCANS);
}

/** Keep a given key; tells whether the phone did. @param {import("./api.js").Activation} activation */
export async function keepActivation({ seats: _, formerComputerIds: __, ...activation }) {
  return (await access(ACTIVATIONS, "readwrite", (kept) => kept.put({ ...activation, at: Date.now() }))).done;
}

/** @param {string} computerId */
export async function dropActivation(computerId) {
  await access(ACTIVATIONS, "readwrite", (kept) => kept.delete(computerId));
}

export async function dropAllActivations() {
  await access(ACTIVATIONS, "readwrite", (kept) => kept.clear());
}

/** The kept keys, latest first. @returns {Promise<KeptActivation[]>} */
export function keptActivations() {
  return all(ACTIVATIONS);
}

/** The language that was chosen on this phone. @returns {string | null} */
export function keptLanguage() {
  try {
    return localStorage.getItem(LANGUAGE);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** @param {string} language */
export function keepLanguage(language) {
  try {
    localStorage.setItem(LANGUAGE, language);
  } catch (error) {
    // Then the choice lasts as long as the page.
    if (!(error instanceof DOMException)) throw error;
  }
}
