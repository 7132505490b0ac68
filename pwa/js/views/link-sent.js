import { el } from "../dom.js";
import { t } from "../i18n.js";
import { bar, button } from "../parts/button.js";
import { icon } from "../parts/icon.js";
import { whoToAsk } from "../parts/who.js";

/**
 * A link that frees a seat is on its way to the license's customer.
 *
 * @param {object} options
 * @param {boolean} options.isDelayed whether no mail goes out right now
 * @param {() => void} options.finish
 * @returns {import("../screen.js").View}
 */
export function linkSentView({ isDelayed, finish }) {
  const words = `link.${isDelayed ? "delayed" : "sent"}`;
  const heading = el("h1", {}, t(`${words}.title`));
  const opening = el(
    "div",
    { class: "act" },
    el("span", { class: "sign" }, icon(isDelayed ? "clock" : "mail-check")),
    heading,
    el("p", {}, t(`${words}.lead`)),
  );
  return {
    name: "link-sent", heading, tone: isDelayed ? "is-warn" : "is-good", announcement: t(`${words}.lead`),
    content: [opening, whoToAsk({ question: t(`${words}.question`), ask: t(`${words}.hint`) })],
    bar: bar(button({ id: "finish", label: t("actions.done"), onPress: finish })),
  };
}
