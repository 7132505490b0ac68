import { el } from "../dom.js";
import { t } from "../i18n.js";

/**
 * While the server is asked what the scanned code is about.
 *
 * @returns {import("../screen.js").View}
 */
export function workingView() {
  const heading = el("h1", {}, t("working.title"));
  return { name: "working", heading, tone: "is-working", content: [el("p", { class: "wait" }, el("span", { class: "pulse" })), heading] };
}
