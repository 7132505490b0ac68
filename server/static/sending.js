/**
 * How forms are sent, on every page that is not in one piece: once, and without leaving codes in the history.
 */
import { atOnce } from "/pwa/js/convenience.js";
import { pasteInOneLine } from "/pwa/js/paste.js";

// A double click sends a form once; what saves a file leaves the page, and may be pressed again.
for (const form of document.forms) {
  let sent = -Infinity;
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.hasAttribute("data-saves-a-file")) return;
    if (event.timeStamp - sent < 1000) return event.preventDefault();
    sent = event.timeStamp;
    if (!(button instanceof HTMLButtonElement)) return;
    // Most answers are there before anybody would ask.
    const timer = setTimeout(() => { button.ariaBusy = "true"; }, 300);
    addEventListener("pagehide", () => clearTimeout(timer), { once: true });
  });
}

// Who comes back by the history waits for nothing.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy]")) button.ariaBusy = null;
});

// The answer to a form is kept by no browser: who comes back to it, or reloads it, gets the page of the form.
const behind = document.documentElement.dataset.pageBehind;
if (behind) atOnce(() => history.replaceState(null, "", behind));

// A line of its own would join the lines of a pasted message, and with them a code and the word behind it.
for (const field of document.querySelectorAll("input.is-code, input.k, input[type=search]")) {
  if (field instanceof HTMLInputElement) field.addEventListener("paste", pasteInOneLine);
}

// The choice of a language is kept; an address that says it anew would win over the next one.
const here = new URL(location.href);
if (here.searchParams.has("lang")) {
  here.searchParams.delete("lang");
  atOnce(() => history.replaceState(null, "", here.href));
}

// What an address filled into the form need not stay in the history of the browser.
if (location.search.includes("is_")) atOnce(() => history.replaceState(null, "", location.origin + location.pathname));
