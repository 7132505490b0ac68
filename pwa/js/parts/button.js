import { el } from "../dom.js";
import { announce } from "../screen.js";
import { icon } from "./icon.js";

/**
 * A button whose operation takes a while: it says so, and taps meanwhile do nothing.
 *
 * It is not `disabled` while working, since that would drop the keyboard's focus.
 *
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label
 * @param {string} [options.busyLabel]
 * @param {"primary" | "secondary" | "quiet"} [options.look]
 * @param {Parameters<typeof icon>[0]} [options.picture]
 * @param {() => Promise<void> | void} options.onPress
 */
export function button({ id, label, busyLabel = label, look = "primary", picture, onPress }) {
  const words = el("span", { class: "button-label" }, label);
  const element = el("button", { id, type: "button", class: `button is-${look}` }, picture && icon(picture), words);
  const setBusy = (/** @type {boolean} */ busy) => {
    element.setAttribute("aria-busy", String(busy));
    element.setAttribute("aria-disabled", String(busy));
    words.textContent = busy ? busyLabel : label;
    if (busy) announce(busyLabel);
  };
  element.addEventListener("click", async () => {
    if (element.getAttribute("aria-busy") === "true") return;
    const work = onPress();
    if (work === undefined) return;
    setBusy(true);
    try {
      await work;
    } finally {
      setBusy(false);
    }
  });
  return element;
}

/** Buttons below each other, the most likely first. @param {...(import("../dom.js").Child)} children */
export function buttonColumn(...children) {
  return el("div", { class: "actions" }, ...children);
}

/** Buttons beside each other, as far as there is room. @param {...(import("../dom.js").Child)} children */
export function buttonPair(...children) {
  return el("div", { class: "button-pair" }, ...children);
}
