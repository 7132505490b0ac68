import { soon } from "../convenience.js";
import { t } from "../i18n.js";
import { announce } from "../screen.js";

/**
 * Have a line say whether the phone keeps something, once that is known; a late answer corrects it.
 *
 * @param {Promise<import("../convenience.js").Outcome<unknown>>} kept
 * @param {HTMLElement} line
 * @param {object} options
 * @param {string} options.yes key of the words for something kept; "" where that needs no words
 * @param {string} options.no
 * @param {HTMLElement} [options.around] hidden while there is nothing to say
 */
export function sayWhetherKept(kept, line, { yes, no, around = line }) {
  const say = (/** @type {{done: boolean}} */ { done }) => {
    const key = done ? yes : no;
    line.textContent = key === "" ? "" : t(key);
    around.hidden = key === "";
    if (!done && line.isConnected) announce(line.textContent);
  };
  void soon(kept).then(say).then(() => kept).then(say);
  return around;
}
