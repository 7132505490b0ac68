import { el } from "../dom.js";
import { announce } from "../screen.js";
import { icon } from "./icon.js";

/** @typedef {import("../dom.js").Child} Child */

/**
 * A button whose operation takes a while: it says so, and taps meanwhile do nothing.
 *
 * It is not `disabled` while working, since that would drop the keyboard's focus.
 *
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label
 * @param {string} [options.name] what a listener hears in place of the label
 * @param {string} [options.busyLabel]
 * @param {"primary" | "danger" | "second" | "quiet"} [options.look]
 * @param {string} [options.picture] before the label
 * @param {string} [options.onward] a picture behind it
 * @param {() => Promise<void> | void} options.onPress
 */
export function button({ id, label, name, busyLabel = label, look = "primary", picture, onward, onPress }) {
  const words = el("span", {}, label);
  const element = el(
    "button",
    { id, type: "button", class: `btn ${look}`, "aria-label": name },
    picture && icon(picture), words, onward && icon(onward),
  );
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

/**
 * A round button with a picture only.
 *
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.name what a listener hears
 * @param {string} options.picture
 * @param {string} [options.look]
 * @param {() => void} options.onPress
 */
export function iconButton({ id, name, picture, look = "", onPress }) {
  const element = el("button", { id, type: "button", class: `icon-btn ${look}`.trim(), "aria-label": name }, icon(picture));
  element.addEventListener("click", () => onPress());
  return element;
}

/**
 * A small button at the foot of the page.
 *
 * @param {{id: string, label: string, picture: string, onPress: () => void}} options
 */
export function footButton({ id, label, picture, onPress }) {
  const element = el("button", { id, type: "button" }, icon(picture), label);
  element.addEventListener("click", () => onPress());
  return element;
}

/** What to do, the most likely first; a note stands above it. @param {...Child} children */
export function bar(...children) {
  return el("footer", { class: "bar" }, ...children);
}

/** So many letters are as wide as two buttons with pictures, on the narrowest phones. */
const LONG = 22;

/** Two buttons beside each other. @param {...HTMLElement} buttons */
export function barRow(...buttons) {
  const letters = buttons.reduce((sum, { textContent }) => sum + (textContent ?? "").length, 0);
  return el("footer", { class: letters > LONG ? "bar row is-long" : "bar row" }, ...buttons);
}
