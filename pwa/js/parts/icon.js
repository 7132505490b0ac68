import { svg } from "../dom.js";

/** These point along a line of words, and so the other way where words run from right to left. */
const TURNS = new Set(["arrow-left", "arrow-right", "chevron-left", "chevron-right"]);

/**
 * A line drawing that only accompanies words; the page brings all of them along.
 *
 * @param {string} name as Lucide names it
 */
export function icon(name) {
  const look = TURNS.has(name) ? "i turns" : "i";
  return svg("svg", { class: look, "aria-hidden": "true", focusable: "false" }, svg("use", { href: `#i-${name}` }));
}
