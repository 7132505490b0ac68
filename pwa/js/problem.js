/**
 * What can keep a request from being answered.
 */

/** The answer was lost or never made: the same request again may well succeed. */
const PASSING = new Set([
  "offline", "unreadable_answer", "internal_error", "server_busy", "too_many_attempts", "page_failed",
]);

/** Seconds that the page waits by itself; where the server asks for more, the person decides. */
const LONGEST_WAIT = 60;

/** Which of the typed codes a refusal is about. @type {Map<string, keyof import("./api.js").Typed>} */
const FIELDS = new Map([
  ["malformed_activation_key", "activationKey"],
  ["unknown_activation_key", "activationKey"],
  ["malformed_computer_id", "computerId"],
  ["computer_id_mismatch", "computerId"],
  ["malformed_computer_name", "computerName"],
]);

/** Somebody can change what stands in the way; then the same scan is worth asking again. */
const START_OVER = new Set([
  "license_expired",
  "license_suspended",
  "no_seat_left",
  "release_limit_reached",
  "computer_looks_the_same",
  "activation_limit_reached",
]);

/** What kept a request from being answered; `code` is the server's, or `offline`, `unreadable_answer`, `page_failed`. */
export class Problem extends Error {
  /**
   * @param {string} code
   * @param {string} [detail] a sentence from the server, shown where the page has no words of its own
   * @param {number | null} [retryAfter] seconds until trying again makes sense, where the server says so
   * @param {string | null} [suggestion] what a mistyped code may have been
   * @param {boolean} [offersLink] whether a link mailed to the customer would free a seat
   */
  constructor(code, detail = "", retryAfter = null, suggestion = null, offersLink = false) {
    super(code);
    this.offersLink = offersLink;
    this.suggestion = suggestion;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
    /** How many seats there are, where all of them are taken. @type {number | null} */
    this.seats = null;
    /** What the vendor finds in the server's log, where the server is at fault. @type {string | null} */
    this.requestId = null;
  }

  /** The typed code that it is about, if it is about one. */
  get field() {
    return FIELDS.get(this.code) ?? null;
  }

  /** Whether the server is busy, and asks the page to come again in a moment. */
  get asksToWait() {
    return this.code === "server_busy" && this.retryAfter !== null && this.retryAfter <= LONGEST_WAIT;
  }

  /** Whether the same request is worth asking again once somebody has changed what stands in the way. */
  get mayBeSettled() {
    return START_OVER.has(this.code);
  }

  /** Whether the same request may succeed later, with nothing changed. */
  get mayPass() {
    return PASSING.has(this.code);
  }
}
