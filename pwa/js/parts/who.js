/**
 * Whom to ask: the vendor's address and number, which came with the page and so are there without network, and the code
 * to name.
 */
import { inTime, soon } from "../convenience.js";
import { el, fill } from "../dom.js";
import { t } from "../i18n.js";
import { announce } from "../screen.js";
import { icon } from "./icon.js";

/** Milliseconds for which a row says that it was copied. */
const SAID = 4_000;

/** A long address breaks at its joints. @param {string} text */
function joined(text) {
  return text.split(/(?=[@./])/).flatMap((piece, place) => (place === 0 ? [piece] : [el("wbr"), piece]));
}

/** The ways to the vendor as links. */
export function waysToVendor() {
  const { ways } = document.body.dataset;
  /** @type {[string, string, string][]} */
  const found = ways ? JSON.parse(ways) : [];
  return found.map(([picture, text, address]) =>
    el("a", { href: address, rel: "noreferrer", translate: "no" }, icon(picture), el("bdi", { dir: "ltr" }, joined(text))),
  );
}

/** A row with the error's code; a tap copies it, and the row says so. @param {string} code */
export function codeRow(code) {
  const words = el("span", {}, t("problem.code"), " ", el("span", { class: "k", translate: "no", id: "error-code" }, code));
  const row = el("button", { type: "button", id: "copy-code" }, icon("circle-alert"), words, icon("copy"));
  const say = (/** @type {boolean} */ isCopied) => {
    row.classList.toggle("done", isCopied);
    row.replaceChild(icon(isCopied ? "check" : "copy"), /** @type {Node} */ (row.lastChild));
  };
  row.addEventListener("click", async () => {
    const copied = await soon(inTime(() => navigator.clipboard.writeText(code)));
    if (!copied.done) {
      getSelection()?.selectAllChildren(/** @type {Node} */ (words.lastChild));
      return announce(t("problem.codeSelected"));
    }
    say(true);
    announce(t("key.copied"));
    setTimeout(say, SAID, false);
  });
  return row;
}

/**
 * @param {object} options
 * @param {string} options.question
 * @param {string} options.ask
 * @param {string | null} [options.code]
 */
export function whoToAsk({ question, ask, code = null }) {
  const card = el("section", { class: "who" });
  fill(card, el("h2", {}, question), el("p", {}, ask), waysToVendor(), code !== null && codeRow(code));
  return card;
}
