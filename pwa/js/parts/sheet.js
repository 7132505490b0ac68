import { el } from "../dom.js";
import { t } from "../i18n.js";
import { openModal } from "../modal.js";
import { CROWDED } from "../screen.js";
import { iconButton } from "./button.js";

/**
 * A sheet that comes up from the lower edge.
 *
 * @param {object} options
 * @param {string} options.name its id
 * @param {string} options.title
 * @param {(Node | null)[]} options.content
 * @param {() => void} [options.onClose]
 * @returns {() => void} closes it
 */
export function openSheet({ name, title, content, onClose }) {
  const heading = el("h2", { id: `${name}-heading` }, title);
  const dialog = el("dialog", { id: name, class: "sheet", "aria-labelledby": heading.id });
  const leave = () => close();
  dialog.append(
    el("div", { class: "sheet-top" }, heading, iconButton({ id: `${name}-close`, name: t("actions.close"), picture: "x", onPress: leave })),
    ...content.filter((part) => part !== null),
  );
  const close = openModal(dialog, { onClose });
  return close;
}

/**
 * With large letters on a small screen the pictures go first, and the other buttons below what the dialog is for.
 *
 * @param {HTMLElement} dialog
 */
function fit(dialog) {
  const stage = dialog.querySelector(".stage"), bar = dialog.querySelector(".bar");
  if (!(stage instanceof HTMLElement) || !(bar instanceof HTMLElement)) return;
  dialog.classList.remove("is-tight");
  bar.append(...stage.querySelectorAll(":scope > .btn"));
  if (stage.scrollHeight <= stage.clientHeight) return;
  dialog.classList.add("is-tight");
  if (bar.offsetHeight > window.innerHeight * CROWDED) stage.append(...bar.querySelectorAll(".btn:not(.primary)"));
}

/**
 * A dialog that fills the screen.
 *
 * @param {object} options
 * @param {string} options.name its id
 * @param {string} options.look its classes
 * @param {HTMLElement} options.heading
 * @param {(Node | null)[]} options.content
 * @param {() => void} [options.onClose]
 * @returns {{dialog: HTMLDialogElement, close: () => void, fit: () => void}} `fit` is for when its content has changed
 */
export function openFull({ name, look, heading, content, onClose }) {
  heading.id = `${name}-heading`;
  const dialog = el("dialog", { id: name, class: `full ${look}`, "aria-labelledby": heading.id });
  const leave = () => close();
  const fitNow = () => fit(dialog);
  dialog.append(
    el("div", { class: "step-top" }, heading, iconButton({ id: `${name}-close`, name: t("actions.close"), picture: "x", onPress: leave })),
    ...content.filter((part) => part !== null),
  );
  window.addEventListener("resize", fitNow);
  const close = openModal(dialog, {
    onClose: () => {
      window.removeEventListener("resize", fitNow);
      onClose?.();
    },
  });
  return { dialog, close, fit: fitNow };
}
