import { el, fill } from "../dom.js";
import { moment, t } from "../i18n.js";
import { canInstall, install, onOffer } from "../install.js";
import { bar, button, footButton, iconButton } from "../parts/button.js";
import { languagePick, privacyLink, steps } from "../parts/help.js";
import { icon } from "../parts/icon.js";

/**
 * @typedef {object} Options
 * @property {boolean} finished whether something was done before
 * @property {import("../store.js").Scan[]} scans that wait for the network
 * @property {number} kept how many keys the phone keeps
 * @property {boolean} unread whether the phone does not say what it keeps
 * @property {() => void} scan
 * @property {() => void} type
 * @property {() => void} history
 * @property {(language: string) => Promise<void>} choose a language
 * @property {(token: string) => Promise<void>} resume
 * @property {(token: string) => Promise<void>} remove
 */

/** @param {Options} options */
function waiting({ scans, resume, remove }) {
  if (scans.length === 0) return null;
  const items = scans.map(({ token, at }, place) => {
    const row = el(
      "button",
      { type: "button", class: "open", id: `resume-${place}` },
      el("b", {}, t("welcome.waiting.resume")),
      el("small", {}, t("welcome.waiting.scanned", { when: moment(at) })),
    );
    row.addEventListener("click", () => void resume(token));
    const bin = iconButton({ id: `drop-${place}`, name: t("welcome.waiting.remove"), picture: "trash-2", onPress: () => void remove(token) });
    return el("li", {}, row, bin);
  });
  const title = el("h2", { id: "waiting", class: "kept-title" }, t("welcome.waiting.title", { count: scans.length }));
  return el("section", { "aria-labelledby": title.id, class: "form" }, title, el("ul", { class: "kept" }, ...items), el("p", { class: "sub" }, t("welcome.waiting.hint")));
}

/** What is offered beside the main thing. @param {Options} options */
function foot({ kept, history, choose }) {
  const line = el("div", { class: "foot" });
  const draw = () =>
    fill(
      line,
      kept > 0 && footButton({ id: "history", label: t("history.title"), picture: "clock", onPress: history }),
      languagePick("language", choose),
      canInstall() && footButton({ id: "install", label: t("welcome.install"), picture: "download", onPress: () => void install() }),
      privacyLink(),
    );
  onOffer(draw);
  draw();
  return line;
}

/**
 * Opened without a code, or left with "Done": how to begin.
 *
 * @param {Options} options
 * @returns {import("../screen.js").View}
 */
export function welcomeView(options) {
  const { finished, unread, scan, type } = options;
  const words = finished ? "welcome.finished" : "welcome.first";
  const heading = el("h1", {}, t(`${words}.title`));
  const picture = finished
    ? el("span", { class: "sign" }, icon("check"))
    : el("img", { src: "/pwa/icons/drawing.svg", alt: "", width: 360, height: 120 });
  const content = [
    waiting(options),
    el("div", { class: "hero" }, picture, heading, finished && el("p", { class: "sub" }, t("welcome.finished.lead"))),
    finished ? null : steps(),
    finished ? null : el("p", { class: "sub" }, t("welcome.promise")),
    unread ? el("p", { class: "sub", id: "unread" }, t("welcome.unread")) : null,
    foot(options),
  ];
  return {
    name: "welcome", heading, tone: finished ? "is-good" : "", announcement: t(finished ? "welcome.finished.lead" : "welcome.promise"),
    content: /** @type {Node[]} */ (content.filter((part) => part !== null)),
    bar: bar(
      button({ id: "scan", label: t(finished ? "key.scanNext" : "welcome.scan"), picture: "scan-line", onPress: scan }),
      button({ id: "type", label: t("scan.typeInstead"), look: "quiet", picture: "keyboard", onPress: type }),
    ),
    leave: () => onOffer(() => undefined),
  };
}
