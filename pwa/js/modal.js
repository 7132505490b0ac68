/**
 * Dialogs above the page: Escape, the phone's own way back and a tap beside a sheet close them, and the focus comes back
 * to where it was. Browsers without dialogs of their own get the same from here.
 */
import { el } from "./dom.js";

/** Closes each of those that are open. @type {Set<() => void>} */
const opened = new Set();

export function closeAll() {
  [...opened].forEach((close) => close());
}

/** @param {HTMLElement} element */
function focusable(element) {
  return /** @type {HTMLElement[]} */ ([
    ...element.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0']"),
  ]).filter((each) => each.offsetParent !== null);
}

/**
 * What `showModal` does, where there is none: Chrome has had it for long, Safari since 15.4 and Firefox since 98.
 *
 * @param {HTMLDialogElement} dialog
 * @param {() => void} close
 * @returns {() => void} takes it away again
 */
function showAsModal(dialog, close) {
  const before = document.activeElement;
  const scrim = el("div", { class: "scrim" });
  const rest = [...document.body.children].filter((element) => element !== dialog && element.id !== "announcer");
  dialog.setAttribute("open", "");
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-modal", "true");
  dialog.classList.add("dialog");
  dialog.before(scrim);
  scrim.addEventListener("click", close);
  rest.forEach((element) => element.setAttribute("aria-hidden", "true"));
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    if (event.key !== "Tab") return undefined;
    const stops = focusable(dialog);
    const end = event.shiftKey ? stops[0] : stops[stops.length - 1];
    if (document.activeElement !== end) return undefined;
    event.preventDefault();
    return (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
  });
  const [first] = focusable(dialog);
  if (first !== undefined) first.focus();
  return () => {
    scrim.remove();
    rest.forEach((element) => element.removeAttribute("aria-hidden"));
    if (before instanceof HTMLElement) before.focus();
  };
}

/**
 * Open a dialog.
 *
 * @param {HTMLDialogElement} dialog with everything in it
 * @param {{onClose?: () => void}} [options]
 * @returns {() => void} closes it
 */
export function openModal(dialog, { onClose } = {}) {
  const isNative = typeof dialog.showModal === "function";
  let putBack = () => undefined;
  const gone = () => {
    if (!opened.delete(close)) return;
    putBack();
    dialog.remove();
    onClose?.();
  };
  const close = () => (isNative && dialog.open ? dialog.close() : gone());
  opened.add(close);
  document.body.append(dialog);
  if (isNative) {
    dialog.addEventListener("close", gone);
    dialog.addEventListener("click", (event) => {
      // Beside the sheet there is only the dialog's backdrop.
      if (event.target === dialog && isBeside(dialog, event)) close();
    });
    dialog.showModal();
  } else {
    putBack = /** @type {() => undefined} */ (showAsModal(dialog, close));
  }
  return close;
}

/** @param {HTMLElement} dialog @param {MouseEvent} event */
function isBeside(dialog, { clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
