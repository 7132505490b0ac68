/**
 * Recovery codes: who has copied them may go on. Whether a printer or a disk took them, no page sees, so there a person says it.
 */
const kept = document.querySelector("[data-is-kept]");
addEventListener("copied", () => {
  if (kept instanceof HTMLInputElement) kept.checked = true;
});
