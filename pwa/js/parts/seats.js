import { el } from "../dom.js";

/** More than this many seats are drawn as shares of one bar. */
const MOST_SEGMENTS = 10;

/**
 * @param {string} look
 * @param {number} share
 */
function segment(look, share) {
  const element = el("i", { class: look });
  element.style.flexGrow = String(share);
  return element;
}

/**
 * A picture of the seats: taken, the one that is about to be taken or freed, free. It only accompanies a sentence that says
 * the same.
 *
 * @param {{total: number, used: number, after: number}} seats
 * @param {"now" | "free" | "freed"} [change] how the one is drawn that changes, or has changed
 */
export function seatPicture({ total, used, after }, change = after > used ? "now" : "free") {
  if (total < 1) return null;
  const stay = Math.max(0, Math.min(used, after, total));
  const changing = Math.min(total - stay, Math.abs(after - used));
  const counts = /** @type {[string, number][]} */ ([["used", stay], [change, changing], ["", total - stay - changing]]);
  const bars = counts.flatMap(([look, count]) =>
    total > MOST_SEGMENTS
      ? count > 0 ? [segment(look, count)] : []
      : Array.from({ length: count }, () => el("i", { class: look })),
  );
  return el("div", { class: "seats", "aria-hidden": "true" }, ...bars);
}
