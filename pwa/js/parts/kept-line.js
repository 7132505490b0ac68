import { soon } from "../convenience.js";
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { announce } from "../screen.js";

/**
 * A line that says whether the phone keeps something, once that is known; a late answer corrects it.
 *
 * @param {Promise<import("../convenience.js").Outcome<unknown>>} kept
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.look its class
 * @param {string} options.yes key of the words for something kept
 * @param {string} options.no
 */
export function keptLine(kept, { id, look, yes, no }) {
  const line = el("p", { id, class: look });
  const say = (/** @type {{done: boolean}} */ { done }) => {
    line.textContent = t(done ? yes : no);
    if (!done && line.isConnected) announce(line.textContent);
  };
  void soon(kept).then(say).then(() => kept).then(say);
  return line;
}
