import { el } from "../dom.js";
import { t } from "../i18n.js";
import { button, buttonColumn } from "../parts/button.js";
import { computer, factList, identity, validity } from "../parts/facts.js";
import { aboutComputer } from "../parts/names.js";
import { seatPicture, seatSentence } from "../parts/seats.js";

/** @typedef {import("../api.js").ActivationQuestion | import("../api.js").DeactivationQuestion} Question */

/**
 * What a tap would do, and the button that does it.
 *
 * @param {Question} question
 * @param {{confirm: () => Promise<void>}} actions
 * @returns {import("../screen.js").View}
 */
export function confirmView(question, { confirm }) {
  const words = `confirm.${question.kind}.${question.state}`;
  const { total, after } = question.seats;
  const heading = el("h1", {}, aboutComputer(`${words}.title`, question.computerName));
  const lead = el("p", { class: "lead" }, seatSentence(`${words}.seats`, after, total));
  const end = question.kind === "activate" ? [validity(question.expires)] : [];
  const card = el(
    "div",
    { class: "card is-question" },
    el("div", { class: "opening" }, heading, lead, seatPicture(question.seats)),
    el("p", { class: "explanation" }, t(`${words}.explanation`)),
    factList([computer(question.computerName), ...identity(question), ...end]),
    buttonColumn(
      button({ id: "confirm", label: t(`${words}.button`), busyLabel: t(`${words}.busy`), onPress: confirm }),
      el("p", { class: "hint" }, t("confirm.nothingYet")),
    ),
  );
  return { name: `confirm-${question.kind}`, heading, content: [card], announcement: lead.textContent ?? "" };
}
