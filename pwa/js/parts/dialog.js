/**
 * A dialog that fills the screen; Escape and the phone's own way back close it.
 */
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { button } from "./button.js";

/**
 * Open a dialog; the page's focus comes back to where it was when it closes.
 *
 * @param {object} options
 * @param {string} options.name its class and its id
 * @param {HTMLElement} options.heading
 * @param {(Node | null)[]} options.content
 * @param {() => void} [options.onClose]
 * @returns {HTMLDialogElement}
 */
export function openDialog({ name, heading, content, onClose }) {
  heading.id = `${name}-heading`;
  const dialog = el("dialog", { id: name, class: `full ${name}`, "aria-labelledby": heading.id });
  const close = button({ id: `${name}-close`, label: t("actions.close"), look: "secondary", onPress: () => dialog.close() });
  dialog.append(el("div", { class: "full-top" }, heading, close), ...content.filter((part) => part !== null));
  dialog.addEventListener("close", () => {
    onClose?.();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
