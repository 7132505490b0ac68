/**
 * Buttons that copy a code: each answers in its own place, and says it to who can't see that.
 */
import { inTime, soon } from "/pwa/js/convenience.js";

/** @type {Record<"copied" | "not_copied", string>} in the language of the page */
const WORDS = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
const SHOWN_MS = 2500;

const heard = document.createElement("p");
heard.className = "vh";
heard.setAttribute("role", "status");
document.body.append(heard);

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

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const copied = await soon(inTime(() => navigator.clipboard.writeText(button.dataset.copy ?? "")));
  heard.textContent = copied.done ? WORDS.copied : WORDS.not_copied;
  button.title = heard.textContent;
  show(button, copied.done ? "check" : "x");
  if (copied.done) button.dispatchEvent(new Event("copied", { bubbles: true }));
  setTimeout(() => {
    show(button, "copy");
    button.title = button.ariaLabel ?? "";
    heard.textContent = "";
  }, SHOWN_MS);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
