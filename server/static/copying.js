/**
 * Buttons that copy a code: each answers in its own place, and says it to who can't see that.
 */
import { inTime, soon } from "/pwa/js/convenience.js";

/** @type {Record<"copied" | "not_copied" | "selected", string>} in the language of the page */
const WORDS = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
const SHOWN_MS = 2500;

/** What is read out, once for the page and for each dialog: beside an open one, nothing is heard. @type {Map<Element, HTMLElement>} */
const heard = new Map();
for (const place of [document.body, ...document.querySelectorAll("dialog")]) {
  const words = document.createElement("p");
  words.className = "vh";
  words.setAttribute("role", "status");
  place.append(words);
  heard.set(place, words);
}

/** @param {HTMLButtonElement} button @param {string} icon */
function show(button, icon) {
  const use = button.querySelector("use");
  use?.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*/, `#${icon}`));
  button.classList.toggle("did", icon === "check");
  const label = button.querySelector("span");
  if (label === null || button.dataset.did === undefined) return;
  button.dataset.does ??= label.textContent ?? "";
  label.textContent = icon === "check" ? button.dataset.did : button.dataset.does;
}

/** Have what could not be copied selected, one key press away, and say so. @param {HTMLButtonElement} button @param {Element} place */
function select(button, place) {
  const source = document.querySelector(button.dataset.selects ?? "");
  if (source) getSelection()?.selectAllChildren(source);
  const why = place.querySelector("[data-says-why]");
  if (!(why instanceof HTMLElement)) return;
  why.hidden = false;
  why.textContent = WORDS.selected;
}

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const place = button.closest("dialog") ?? document.body;
  const [words, label] = [heard.get(place), button.querySelector("span")];
  const copied = await soon(inTime(() => navigator.clipboard.writeText(button.dataset.copy ?? "")));
  const said = copied.done ? WORDS.copied : WORDS.not_copied;
  if (words) words.textContent = said;
  if (!copied.done && button.dataset.selects) select(button, place);
  button.title = said;
  if (label && label.dataset.before === undefined) label.dataset.before = label.textContent ?? "";
  if (label && copied.done) label.textContent = said;
  show(button, copied.done ? "check" : "x");
  if (copied.done) button.dispatchEvent(new Event("copied", { bubbles: true }));
  setTimeout(() => {
    show(button, "copy");
    button.title = button.ariaLabel ?? "";
    if (label) label.textContent = label.dataset.before ?? "";
    if (words) words.textContent = "";
  }, SHOWN_MS);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.hidden = false;
  // Where a dialog was opened before it could be pressed.
  if (button.autofocus && button.closest("dialog[open]")) button.focus();
  button.addEventListener("click", () => copy(button));
}
