import { el } from "../dom.js";
import { t } from "../i18n.js";
import { bar, button } from "../parts/button.js";
import { icon } from "../parts/icon.js";
import { sayWhetherKept } from "../parts/kept-line.js";
import { whoToAsk } from "../parts/who.js";

/** Milliseconds between two looks at the clock. */
const TICK = 250;

/**
 * While a server that is busy asks the page to come again; one view for all tries, so that nothing jumps.
 *
 * @param {import("../pause.js").Pause} pause over while the server is asked
 * @param {object} options
 * @param {Promise<import("../convenience.js").Outcome<unknown>> | null} options.kept whether the scan waits on the phone
 * @param {() => void} options.leave
 * @returns {import("../screen.js").View}
 */
export function waitingView(pause, { kept, leave }) {
  const heading = el("h1", {}, t("waiting.title"));
  const next = el("span", { id: "next-try" });
  const showNext = () => {
    const { seconds } = pause;
    next.textContent = seconds > 0 ? t("waiting.next", { count: seconds }) : t("actions.tryingAgain");
  };
  const tryNow = () => {
    pause.cutShort();
    showNext();
  };
  const clock = setInterval(showNext, TICK);
  showNext();
  const opening = el(
    "div",
    { class: "act" },
    el("span", { class: "sign" }, icon("clock")),
    heading,
    el("p", {}, t("waiting.happened")),
    el("p", { class: "wait" }, el("span", { class: "pulse" }), next),
  );
  return {
    name: "waiting", heading, announcement: t("waiting.happened"), leave: () => clearInterval(clock),
    content: [opening, whoToAsk({ question: t("problem.question"), ask: t("help.ask") })],
    bar: bar(
      kept && sayWhetherKept(kept, el("p", { class: "note", id: "scan-kept" }), { yes: "problem.kept", no: "problem.notKept" }),
      button({ id: "try-now", label: t("waiting.now"), picture: "refresh-cw", onPress: tryNow }),
      button({ id: "leave", label: t("actions.leave"), look: "quiet", onPress: leave }),
    ),
  };
}
