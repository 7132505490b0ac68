import { el } from "../dom.js";
import { rich, t } from "../i18n.js";

/**
 * A sentence with a share of the seats in it, such as "2 of 5", which never breaks in the middle.
 *
 * @param {string} key
 * @param {number} part
 * @param {number} total
 */
export function seatSentence(key, part, total) {
  const share = el("span", { class: "share" }, t("seats.share", { part, total }));
  return rich(key, { share, count: total });
}

/** More than this many seats no longer read as single dots. */
const MOST_DOTS = 10;

/**
 * @param {number} place counted from 1
 * @param {number} used
 * @param {number} after
 */
function dot(place, used, after) {
  const state = place <= Math.min(used, after) ? "taken" : place <= after ? "taking" : place <= used ? "freeing" : "free";
  return el("span", { class: `seat is-${state}` });
}

/**
 * A picture of the seats: taken, about to be taken or freed, free. It only accompanies a sentence that says the same.
 *
 * @param {import("../api.js").Seats} seats
 */
export function seatPicture({ total, used, after }) {
  if (total < 1 || total > MOST_DOTS) return null;
  const dots = Array.from({ length: total }, (_, index) => dot(index + 1, used, after));
  return el("div", { class: "seats", "aria-hidden": "true" }, ...dots);
}
