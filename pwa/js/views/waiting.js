import { el } from "../dom.js";
import { t } from "../i18n.js";
import { button, buttonColumn } from "../parts/button.js";
import { keptLine } from "../parts/kept-line.js";

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
  const next = el("p", { id: "next-try" });
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
  const card = el(
    "div",
    { class: "card" },
    el("div", { class: "spinner", "aria-hidden": "true" }),
    heading,
    el("p", { class: "lead" }, t("waiting.happened")),
    next,
    kept && keptLine(kept, { id: "scan-kept", look: "hint", yes: "problem.kept", no: "problem.notKept" }),
    buttonColumn(
      button({ id: "try-now", label: t("waiting.now"), onPress: tryNow }),
      button({ id: "leave", label: t("actions.leave"), look: "quiet", onPress: leave }),
    ),
  );
  return { name: "waiting", heading, content: [card], announcement: t("waiting.happened"), leave: () => clearInterval(clock) };
}
