/**
 * What can't be undone waits until the name of what it is about was typed.
 */

/** As the server compares it. @param {string} text */
const plain = (text) => text.trim().normalize("NFC");

for (const place of document.querySelectorAll("[data-confirms]")) {
  const field = place.querySelector("input"), form = place.closest("form");
  const button = form?.querySelector("button.danger");
  if (!(place instanceof HTMLElement) || !(field instanceof HTMLInputElement) || !(button instanceof HTMLButtonElement)) continue;
  const wanted = plain(place.dataset.confirms ?? "");
  const compare = () => { button.disabled = plain(field.value) !== wanted; };
  field.addEventListener("input", compare);
  compare();
}
