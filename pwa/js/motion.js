/**
 * Motion that explains: what takes the place of something grows out of where that was.
 */
import { atOnce } from "./convenience.js";

const TAKES = { duration: 340, easing: "cubic-bezier(0.2, 0.8, 0.2, 1)" };
/** Milliseconds between the parts of what arrives. */
const STAGGER = 45;

function isWanted() {
  const asked = atOnce(() => matchMedia("(prefers-reduced-motion: no-preference)").matches);
  return asked.done && asked.result === true;
}

/** Where the card of the page is now, for `arrive` after it has changed. @param {HTMLElement} main */
export function place(main) {
  const card = main.querySelector("[data-card]");
  return card === null ? null : card.getBoundingClientRect();
}

/**
 * Have the page's card grow out of where the one before it was; nothing moves for those who want it still.
 *
 * @param {HTMLElement} main
 * @param {DOMRect | null} before
 */
export function arrive(main, before) {
  const card = main.querySelector("[data-card]");
  if (before === null || card === null || !isWanted()) return;
  atOnce(() => {
    const now = card.getBoundingClientRect();
    if (now.width === 0 || now.height === 0) return;
    const from = `translate(${before.left - now.left}px, ${before.top - now.top}px) scale(${before.width / now.width}, ${before.height / now.height})`;
    card.animate([{ transform: from, transformOrigin: "0 0" }, { transform: "none", transformOrigin: "0 0" }], TAKES);
    [...card.children].forEach((part, index) =>
      part.animate([{ opacity: 0 }, { opacity: 1 }], { ...TAKES, delay: 120 + index * STAGGER, fill: "backwards" }),
    );
  });
}
