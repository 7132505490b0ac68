/**
 * Recovery codes: who has copied, printed or saved them has kept them, and may go on.
 */
const kept = document.querySelector("[data-is-kept]");
const tick = () => {
  if (kept instanceof HTMLInputElement) kept.checked = true;
};

addEventListener("copied", tick);
addEventListener("afterprint", tick);
for (const link of document.querySelectorAll("a[download]")) link.addEventListener("click", tick);
