/**
 * Help, from the head of every page: how it works, whom to ask, the language, and what happens to data.
 */
import { el } from "../dom.js";
import { languages, t } from "../i18n.js";
import { icon } from "./icon.js";
import { openSheet } from "./sheet.js";
import { whoToAsk } from "./who.js";

const STEPS = ["open", "scan", "tap"];

/** How a computer is activated. */
export function steps() {
  return el("ol", { class: "steps" }, ...STEPS.map((step) => el("li", {}, t(`welcome.steps.${step}`))));
}

/**
 * The language, as a small button that opens the phone's own list.
 *
 * @param {string} id
 * @param {(language: string) => Promise<void>} choose
 */
export function languagePick(id, choose) {
  const names = Object.entries(languages());
  const options = names.map(([tag, name]) => el("option", { value: tag, lang: tag, selected: tag === t("meta.language") }, name));
  const select = el("select", { id, translate: "no", "aria-label": t("page.language") }, ...options);
  const own = names.find(([tag]) => tag === t("meta.language"));
  const label = el("span", { translate: "no", "aria-hidden": "true" }, own === undefined ? "" : own[1]);
  select.addEventListener("change", async () => {
    await choose(select.value);
    // Without the words it goes back.
    select.value = t("meta.language");
  });
  return el("span", { class: "pick" }, icon("globe"), label, select);
}

/** The vendor's privacy notice, where the settings name one. */
export function privacyLink() {
  const { privacy } = document.body.dataset;
  return privacy ? el("a", { class: "privacy", id: "privacy", href: privacy, rel: "noreferrer" }, t("page.privacy")) : null;
}

/** @param {(language: string) => Promise<void>} choose */
export function openHelp(choose) {
  const body = el(
    "div",
    { class: "sheet-body" },
    steps(),
    el("p", { class: "sub" }, t("welcome.promise")),
    whoToAsk({ question: t("problem.question"), ask: t("help.ask") }),
    el("div", { class: "foot" }, languagePick("help-language", choose), privacyLink()),
  );
  openSheet({ name: "help-sheet", title: t("help.title"), content: [body] });
}
