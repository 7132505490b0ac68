import { el } from "../dom.js";
import { t } from "../i18n.js";
import { button, buttonColumn } from "../parts/button.js";
import { icon } from "../parts/icon.js";
import { waysToAsk } from "../parts/ways.js";

/**
 * A link that frees a seat is on its way to the license's customer.
 *
 * @param {object} options
 * @param {boolean} options.isDelayed whether no mail goes out right now
 * @param {() => void} options.finish
 * @returns {import("../screen.js").View}
 */
export function linkSentView({ isDelayed, finish }) {
  const words = isDelayed ? "delayed" : "sent";
  const heading = el("h1", {}, t(`link.${words}.title`));
  const card = el(
    "div",
    { class: "card" },
    el("div", { class: "badge" }, icon("mail")),
    heading,
    el("p", { class: "lead" }, t(`link.${words}.lead`)),
    el("p", { class: "hint" }, t(`link.${words}.hint`)),
    waysToAsk(),
    buttonColumn(button({ id: "finish", label: t("actions.done"), onPress: finish })),
  );
  return { name: "link-sent", heading, content: [card], announcement: t(`link.${words}.lead`) };
}
