/**
 * The only module that fetches; early.js, which runs before it, does so on its behalf. It turns the server's answers into the page's own terms, and everything that
 * can go wrong on the way into a Problem with a code.
 *
 * Every request may be repeated: the same token gets the same answer and never a second seat.
 */
import { Problem } from "./problem.js";

const REQUESTS = "/phone/v1/requests";
const ACTIVATIONS = "/phone/v1/activations";
const DEACTIVATIONS = "/phone/v1/deactivations";
const RELEASE_LINKS = "/phone/v1/release-links";

/** What says that the server cannot answer now: itself, or a gateway in front of it, in whatever words. */
const BUSY = new Set([502, 503, 504]);

/** Milliseconds after which a request counts as lost; a server busy with others answers far sooner. */
const PATIENCE = 20_000;

/**
 * @typedef {{activationKey: string, computerId: string, computerName: string}} Typed
 * @typedef {{token: string} | Typed} Asked What a request is about: a scanned token, or what a person typed
 *
 * @typedef {{total: number, used: number, after: number}} Seats `after`: in use once the operation is done
 *
 * @typedef {object} Subject What every answer says about the machine in question
 * @property {string} product
 * @property {string | null} computerName
 * @property {string} computerId five groups of five with dashes
 * @property {string} activationKeyEnding
 * @property {Seats} seats
 *
 * @typedef {object} Activating
 * @property {"activate"} kind
 * @property {"new" | "active" | "replaces"} state
 * @property {string | null} expires YYYY-MM-DD
 * @typedef {Subject & Activating} ActivationQuestion
 * @typedef {Subject & {kind: "deactivate", state: "active" | "released", superseded: boolean}} DeactivationQuestion
 *
 * @typedef {object} Activated
 * @property {string} computerKey groups of five with dashes
 * @property {"short" | "signed"} style
 * @property {string | null} expires YYYY-MM-DD
 * @property {string[]} features
 * @property {{name: string, text: string}} licenseFile
 * @property {string[]} formerComputerIds of the same machine on this license; their keys no longer count
 * @typedef {Subject & Activated} Activation
 * @typedef {Subject & {state: "active" | "released", superseded: boolean}} Release `state` is what the seat was before,
 *   `superseded` whether a later activation of the same computer has it
 */

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {number | null} retryAfter seconds
 * @property {string} body
 */

/**
 * @typedef {object} Early What early.js asked while the page was on its way
 * @property {string} token
 * @property {Promise<Response>} answer
 * @property {() => void} giveUp
 */

/**
 * Take what was asked early, once, where it is the same question; another one is given up.
 *
 * @param {string} address
 * @param {Asked} asked
 * @returns {Early | null}
 */
function askedEarly(address, asked) {
  const place = /** @type {{keyferryEarly?: Early}} */ (/** @type {unknown} */ (window));
  const early = place.keyferryEarly;
  if (early === undefined) return null;
  delete place.keyferryEarly;
  if (address === REQUESTS && "token" in asked && asked.token === early.token) return early;
  early.giveUp();
  return null;
}

/** @param {Response} response @returns {Promise<Answer>} */
async function received(response) {
  // The other form of this header, a date, is not one that our server sends.
  const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  return {
    status: response.status,
    retryAfter: Number.isNaN(seconds) ? null : seconds,
    body: await response.text(),
  };
}

/**
 * @param {string} address
 * @param {RequestInit} request
 * @param {AbortSignal} [signal] aborted when nobody waits for the answer any more
 * @param {Early | null} [early] where this was asked already
 * @returns {Promise<Answer>}
 */
async function send(address, request, signal, early = null) {
  const patience = new AbortController();
  const giveUp = () => {
    patience.abort();
    early?.giveUp();
  };
  const timer = setTimeout(giveUp, PATIENCE);
  signal?.addEventListener("abort", giveUp);
  try {
    if (signal?.aborted) giveUp();
    const answer = early?.answer ?? fetch(address, { ...request, signal: patience.signal, redirect: "error" });
    return await received(await answer);
  } catch {
    // Whatever a browser throws here. An abort of the caller's own ends here too: whoever aborts no longer listens.
    throw new Problem("offline");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

/** @param {string} text @returns {Record<string, unknown>} */
function parse(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem("unreadable_answer");
    throw error;
  }
  if (typeof value !== "object" || value === null) throw new Problem("unreadable_answer");
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * @param {string} address
 * @param {Asked} asked
 * @param {AbortSignal} signal
 */
async function post(address, asked, signal) {
  const answer = await send(
    address,
    {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json, application/problem+json" },
      body: JSON.stringify(wire(asked)),
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    },
    signal,
    askedEarly(address, asked),
  );
  if (answer.status >= 200 && answer.status < 300) return answer;
  if (BUSY.has(answer.status)) throw new Problem("server_busy", "", answer.retryAfter);
  const { code, detail, suggestion, release_link: offersLink, request_id: requestId, seats } = parse(answer.body);
  if (!isText(code)) throw new Problem("unreadable_answer");
  const reading = isText(suggestion) ? suggestion : null;
  const problem = new Problem(code, isText(detail) ? detail : "", answer.retryAfter, reading, offersLink === true);
  problem.requestId = isText(requestId) ? requestId : null;
  problem.seats = isCount(seats) ? seats : null;
  throw problem;
}

/** @param {Asked} asked */
function wire(asked) {
  if ("token" in asked) return { token: asked.token };
  const { activationKey, computerId, computerName } = asked;
  return { activation_key: activationKey, computer_id: computerId, computer_name: computerName };
}

/**
 * Take one property of an answer, or say that the answer cannot be read.
 *
 * @template Value
 * @param {Record<string, unknown>} answer
 * @param {string} name
 * @param {(value: unknown) => value is Value} check
 * @returns {Value}
 */
function read(answer, name, check) {
  const value = answer[name];
  if (!check(value)) throw new Problem("unreadable_answer");
  return value;
}

/** @param {unknown} value @returns {value is string} */
const isText = (value) => typeof value === "string";
/** @param {unknown} value @returns {value is string | null} */
const isTextOrNull = (value) => value === null || isText(value);
/** @param {unknown} value @returns {value is string | null} */
const isDayOrNull = (value) => value === null || (isText(value) && /^\d{4}-\d\d-\d\d$/.test(value));
/** @param {unknown} value @returns {value is string[]} */
const isTexts = (value) => Array.isArray(value) && value.every(isText);
/** @param {unknown} value @returns {value is number} */
const isCount = (value) => Number.isInteger(value);

/**
 * @template {string} Word
 * @param {...Word} allowed
 * @returns {(value: unknown) => value is Word}
 */
const isOneOf = (...allowed) => /** @type {(value: unknown) => value is Word} */ (
  (value) => allowed.some((word) => word === value)
);

/**
 * @param {Record<string, unknown>} answer
 * @param {number} change how many seats the tap takes; negative: frees
 * @returns {Subject}
 */
function subject(answer, change = 0) {
  const used = read(answer, "seats_used", isCount);
  return {
    product: read(answer, "product_name", isText),
    computerName: read(answer, "computer_name", isTextOrNull),
    computerId: read(answer, "computer_id", isText),
    activationKeyEnding: read(answer, "activation_key_ending", isText),
    seats: { total: read(answer, "seats", isCount), used, after: used + change },
  };
}

/**
 * Ask the server what a tap would do; nothing happens by asking.
 *
 * @param {Asked} asked
 * @param {AbortSignal} signal
 * @returns {Promise<ActivationQuestion | DeactivationQuestion>}
 */
export async function question(asked, signal) {
  const answer = parse((await post(REQUESTS, asked, signal)).body);
  const kind = read(answer, "kind", isOneOf("activate", "deactivate"));
  if (kind === "deactivate") {
    const state = read(answer, "state", isOneOf("active", "released"));
    return { kind, state, superseded: answer.superseded === true, ...subject(answer, state === "active" ? -1 : 0) };
  }
  const state = read(answer, "state", isOneOf("new", "active", "replaces"));
  return { kind, state, ...subject(answer, state === "new" ? 1 : 0), expires: read(answer, "expires", isDayOrNull) };
}

/**
 * Activate the machine, or fetch its computer key again.
 *
 * @param {Asked} asked
 * @param {AbortSignal} signal
 * @returns {Promise<Activation>}
 */
export async function activate(asked, signal) {
  const answer = parse((await post(ACTIVATIONS, asked, signal)).body);
  return {
    ...subject(answer),
    computerKey: read(answer, "computer_key", isText),
    style: read(answer, "key_style", isOneOf("short", "signed")),
    expires: read(answer, "expires", isDayOrNull),
    features: read(answer, "features", isTexts),
    licenseFile: { name: read(answer, "license_file_name", isText), text: read(answer, "license_file", isText) },
    formerComputerIds: read(answer, "former_computer_ids", isTexts),
  };
}

/**
 * Give the seat of a deactivated machine back.
 *
 * @param {Asked} asked
 * @param {AbortSignal} signal
 * @returns {Promise<Release>}
 */
export async function deactivate(asked, signal) {
  const answer = parse((await post(DEACTIVATIONS, asked, signal)).body);
  const state = read(answer, "state", isOneOf("active", "released"));
  return { ...subject(answer), state, superseded: answer.superseded === true };
}

/**
 * Have a link mailed to the license's customer that frees a seat for this computer; returns whether mail is delayed.
 *
 * @param {Asked} asked
 * @param {AbortSignal} signal
 */
export async function mailReleaseLink(asked, signal) {
  return parse((await post(RELEASE_LINKS, asked, signal)).body).waits === true;
}

/**
 * Fetch the words of one language.
 *
 * @param {string} language
 * @returns {Promise<import("./i18n.js").Catalog>}
 */
export async function catalog(language) {
  const answer = await send(`/pwa/words/${language}.json`, { credentials: "same-origin" });
  if (answer.status !== 200) throw new Problem("offline");
  return /** @type {import("./i18n.js").Catalog} */ (parse(answer.body));
}
