import { el } from "../dom.js";
import { t } from "../i18n.js";
import { openModal } from "../modal.js";
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
 * A dialog that fills the screen.
 *
 * @param {object} options
 * @param {string} options.name its id
 * @param {string} options.look its classes
 * @param {HTMLElement} options.heading
 * @param {(Node | null)[]} options.content
 * @param {() => void} [options.onClose]
 * @returns {{dialog: HTMLDialogElement, close: () => void}}
 */
export function openFull({ name, look, heading, content, onClose }) {
  heading.id = `${name}-heading`;
  const dialog = el("dialog", { id: name, class: `full ${look}`, "aria-labelledby": heading.id });
  const leave = () => close();
  dialog.append(
    el("div", { class: "step-top" }, heading, iconButton({ id: `${name}-close`, name: t("actions.close"), picture: "x", onPress: leave })),
    ...content.filter((part) => part !== null),
  );
  const close = openModal(dialog, { onClose });
  return { dialog, close };
}
