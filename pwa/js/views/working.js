import { el } from "../dom.js";
import { t } from "../i18n.js";

/**
 * While the server is asked what the scanned code is about.
 *
 * @returns {import("../screen.js").View}
 */
export function workingView() {
  const heading = el("h1", { class: "quiet" }, t("working.title"));
  const card = el("div", { class: "card is-working" }, el("div", { class: "spinner", "aria-hidden": "true" }), heading);
  return { name: "working", heading, content: [card] };
}
