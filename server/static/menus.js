/**
 * Menus: the one at the side, which is behind a button on narrow screens, and those behind "…". They close as people expect it.
 */

/** @param {HTMLDetailsElement} menu */
function close(menu) {
  const hadFocus = menu.contains(document.activeElement);
  menu.open = false;
  if (hadFocus) menu.querySelector("summary")?.focus();
}

/** @returns {HTMLDetailsElement[]} */
const opened = () => [...document.querySelectorAll("details.more[open]")].filter((menu) => menu instanceof HTMLDetailsElement);

addEventListener("click", (event) => {
  const hit = event.target instanceof Element ? event.target : null;
  for (const menu of opened()) if (!menu.contains(hit) || hit?.closest(".menu :is(a, button)")) menu.open = false;
});

addEventListener("keydown", (event) => {
  const [menu] = opened();
  if (menu === undefined) return;
  if (event.key === "Escape") {
    event.preventDefault();
    return close(menu);
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const entries = [...menu.querySelectorAll(".menu :is(a, button)")].filter((entry) => entry instanceof HTMLElement);
  const here = entries.findIndex((entry) => entry === document.activeElement);
  event.preventDefault();
  entries[(here + step + entries.length) % entries.length]?.focus();
});

const side = document.getElementById("side");
const opener = document.querySelector("[data-opens-menu]");
if (side && opener instanceof HTMLButtonElement) {
  const closer = side.querySelector("[data-closes-menu]");
  /** @param {boolean} isOpen */
  const turn = (isOpen) => {
    document.body.classList.toggle("menu-open", isOpen);
    opener.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) side.querySelector("a")?.focus();
    else opener.focus();
  };
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", () => turn(true));
  closer?.addEventListener("click", () => turn(false));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("menu-open")) turn(false);
  });
  // The page beside it closes it, too.
  document.getElementById("main")?.addEventListener("click", () => {
    if (document.body.classList.contains("menu-open")) turn(false);
  });
}
