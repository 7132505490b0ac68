/**
 * What a browser can do beyond customers' plain pages: copy, print, and close the list of languages. Every page works without.
 */
import { inTime, soon } from "/pwa/js/convenience.js";
import "./sending.js";

/** @type {Record<"copied" | "selected", string>} in the language of the page */
const WORDS = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/** How long a button says what it did, in milliseconds. */
const SAYS_FOR = 4_000;

/**
 * Copy, and say so where it was asked: on the button itself.
 *
 * @param {HTMLButtonElement} button
 */
async function copy(button) {
  const source = document.querySelector(button.dataset.copies ?? "");
  const label = button.querySelector("span");
  if (!(source instanceof HTMLElement) || label === null) return;
  const text = source.dataset.key ?? source.textContent ?? "";
  const copied = await soon(inTime(() => navigator.clipboard.writeText(text)));
  // Selected, it is one key press away.
  if (!copied.done) getSelection()?.selectAllChildren(source);
  button.dataset.label ??= label.textContent ?? "";
  label.textContent = copied.done ? WORDS.copied : WORDS.selected;
  setTimeout(() => { label.textContent = button.dataset.label ?? ""; }, SAYS_FOR);
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

for (const button of document.querySelectorAll("button[data-prints]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => print());
}

/** The list of languages. @type {HTMLDetailsElement | null} */
const languages = document.querySelector("details.languages");

/** @param {Event} event */
function leave(event) {
  if (event.target instanceof Node && languages?.contains(event.target)) return;
  languages?.removeAttribute("open");
}

document.addEventListener("click", leave);
languages?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !languages.open) return;
  languages.open = false;
  languages.querySelector("summary")?.focus();
});
