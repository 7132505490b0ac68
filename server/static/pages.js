/**
 * What a browser can do beyond the plain pages: copy, print, and keep codes out of the address bar. Every page works without.
 */

/**
 * Say what a button did, where its page has a place for that.
 *
 * @param {Element} button
 * @param {string} text
 */
function say(button, text) {
  const place = button.closest(".card, dialog")?.querySelector(".outcome");
  if (!(place instanceof HTMLElement)) return;
  place.hidden = false;
  place.textContent = text;
}

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const source = document.querySelector(button.dataset.copies ?? "");
  if (!(source instanceof HTMLElement)) return;
  const text = source.dataset.key ?? source.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    say(button, "Copied.");
  } catch {
    // Refused by the browser, or no HTTPS: marked, it is one key press away.
    getSelection()?.selectAllChildren(source);
    say(button, "Your browser does not let this page copy. The key is marked: press Ctrl+C, or ⌘C.");
  }
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

// What an address filled into the form need not stay in the history of the browser.
if (location.search.includes("is_")) history.replaceState(null, "", location.pathname);
