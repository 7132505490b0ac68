/**
 * Menus: the one at the side, which is behind a button on narrow screens, and those behind "…". They close as people expect it.
 */

const ENTRIES = ".menu :is(a, button)";

/** @returns {HTMLDetailsElement[]} */
const opened = () => [...document.querySelectorAll("details.more[open]")].filter((menu) => menu instanceof HTMLDetailsElement);

/** Close a menu; the focus goes back to what opened it. @param {HTMLDetailsElement} menu */
function close(menu) {
  if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
  menu.open = false;
}

// Before the entry does what it does: a dialog that it opens gives the focus back to what is still there.
addEventListener("click", (event) => {
  const hit = event.target instanceof Element ? event.target : null;
  for (const menu of opened()) {
    const entry = menu.contains(hit) ? hit?.closest(ENTRIES) : null;
    // What copies answers in its place.
    if (entry && !entry.hasAttribute("data-copy")) close(menu);
    if (!menu.contains(hit)) menu.open = false;
  }
}, { capture: true });

addEventListener("keydown", (event) => {
  const menu = opened().findLast((one) => one.contains(document.activeElement)) ?? opened()[0];
  if (menu === undefined || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    event.preventDefault();
    return close(menu);
  }
  const entries = [...menu.querySelectorAll(ENTRIES)].filter((entry) => entry instanceof HTMLElement && entry.checkVisibility());
  const here = entries.findIndex((entry) => entry === document.activeElement);
  // In a field, these keys are the field's.
  if (here < 0 && document.activeElement !== menu.querySelector("summary")) return;
  const step = { ArrowDown: here + 1, ArrowUp: here < 0 ? -1 : here - 1, Home: 0, End: -1 }[event.key];
  if (step === undefined || entries.length === 0) return;
  event.preventDefault();
  const next = entries.at(step % entries.length);
  if (next instanceof HTMLElement) next.focus();
});

// Who goes on to something else by Tab leaves no menu open behind.
addEventListener("focusin", (event) => {
  for (const menu of opened()) if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
});

const side = document.getElementById("side");
const burger = document.querySelector("[data-opens-menu]");
if (side && burger instanceof HTMLAnchorElement) {
  const beside = document.querySelectorAll(".head, #main, .skip");
  const isOpen = () => document.body.classList.contains("menu-open");
  /** @param {boolean} opens */
  const turn = (opens) => {
    document.body.classList.toggle("menu-open", opens);
    burger.ariaExpanded = String(opens);
    for (const one of beside) if (one instanceof HTMLElement) one.inert = opens;
    if (opens) side.querySelector("a")?.focus();
    else burger.focus();
  };
  burger.setAttribute("role", "button");
  burger.setAttribute("aria-controls", "side");
  burger.ariaExpanded = "false";
  burger.addEventListener("click", (event) => {
    event.preventDefault();
    turn(true);
  });
  // A link that says it is a button is pressed like one.
  burger.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    turn(true);
  });
  for (const closer of document.querySelectorAll("[data-closes-menu]")) {
    closer.addEventListener("click", (event) => {
      event.preventDefault();
      turn(false);
    });
  }
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen() && !event.defaultPrevented && !document.querySelector("dialog[open]")) turn(false);
  });
  // What opens a dialog stands in the menu, too.
  side.addEventListener("click", (event) => {
    if (isOpen() && event.target instanceof Element && event.target.closest("[data-opens]")) turn(false);
  }, { capture: true });
  // On a wide screen it is always there, and so is the page beside it.
  matchMedia("(min-width: 720px)").addEventListener("change", (wide) => {
    if (wide.matches && isOpen()) turn(false);
  });
}
