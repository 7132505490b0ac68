import { el } from "../dom.js";
import { announce } from "../screen.js";

/** A line below buttons that says what came of a tap, within what can be seen. */
export function outcomeLine() {
  const line = el("p", { class: "outcome" });
  return {
    line,
    say(/** @type {string} */ words, /** @type {"good" | "note"} */ tone) {
      line.textContent = words;
      line.className = `outcome is-${tone}`;
      line.scrollIntoView({ block: "nearest" });
      announce(words);
    },
    clear() {
      line.textContent = "";
    },
  };
}
