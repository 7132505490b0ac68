import { el } from "../dom.js";
import { hasWords, t } from "../i18n.js";
import { button, buttonColumn } from "../parts/button.js";
import { icon } from "../parts/icon.js";
import { keptLine } from "../parts/kept-line.js";
import { waysToAsk } from "../parts/ways.js";

/** Somebody can change what stands in the way; then the question is worth asking again. */
const START_OVER = new Set([
  "license_expired",
  "license_suspended",
  "no_seat_left",
  "release_limit_reached",
  "computer_looks_the_same",
  "activation_limit_reached",
]);

/** Another code is what helps: that of the computer's screen, scanned whole. */
const SCAN_AGAIN = new Set([
  "activation_key_replaced",
  "bad_signature",
  "malformed_token",
  "malformed_activation_key",
  "malformed_computer_id",
  "malformed_computer_name",
  "malformed_deactivation_code",
  "computer_id_mismatch",
  "computer_id_released",
  "computer_id_superseded",
  "not_activated",
  "renewal_needs_scan",
  "request_too_large",
  "wrong_deactivation_code",
]);

/**
 * @typedef {object} Actions
 * @property {Promise<import("../convenience.js").Outcome<unknown>> | null} kept whether the scan waits on the phone
 * @property {() => Promise<void>} repeat
 * @property {() => Promise<void>} startOver
 * @property {() => Promise<void>} mailLink
 * @property {() => void} scan
 * @property {() => void} leave
 */

/**
 * @param {import("../problem.js").Problem} problem
 * @param {Actions} actions
 */
function tryAgain({ code, mayPass, offersLink }, { repeat, startOver }) {
  const known = hasWords(`problems.${code}`);
  if (known && !mayPass && !START_OVER.has(code)) return null;
  return button({
    id: "try-again",
    label: t("actions.tryAgain"),
    busyLabel: t("actions.tryingAgain"),
    look: offersLink ? "secondary" : "primary",
    onPress: mayPass ? repeat : startOver,
  });
}

/**
 * What to do, with the time to wait where the server named it.
 *
 * @param {string} words
 * @param {number | null} retryAfter seconds
 */
function toDo(words, retryAfter) {
  if (retryAfter === null || !hasWords(`${words}.toDoAfter`)) return t(`${words}.toDo`);
  return t(`${words}.toDoAfter`, { count: Math.ceil(retryAfter / 60) });
}

/**
 * What happened, what to do, whom to ask.
 *
 * @param {import("../problem.js").Problem} problem
 * @param {Actions} actions
 * @returns {import("../screen.js").View}
 */
export function problemView(problem, actions) {
  const { code, detail, retryAfter, requestId } = problem;
  const words = hasWords(`problems.${code}`) ? `problems.${code}` : "problems.unknown";
  const named = requestId === null ? code : `${code} ${requestId}`;
  const heading = el("h1", {}, t(`${words}.title`));
  const happened = words === "problems.unknown" && detail !== "" ? detail : t(`${words}.happened`);
  const sign = code === "offline" ? "offline" : "alert";
  const again = SCAN_AGAIN.has(code)
    ? button({ id: "scan", label: t("problem.scan"), picture: "scan", onPress: actions.scan })
    : tryAgain(problem, actions);
  const card = el(
    "div",
    { class: "card" },
    el("div", { class: `badge is-${sign}` }, icon(sign)),
    heading,
    el("p", { class: "lead" }, happened),
    el("h2", {}, t("problem.toDo")),
    el("p", {}, toDo(words, retryAfter)),
    el("h2", {}, t("problem.whomToAsk")),
    el("p", {}, t(problem.offersLink ? "link.offer" : `${words}.ask`)),
    waysToAsk(),
    actions.kept &&
      keptLine(actions.kept, {
        id: "scan-kept",
        look: "outcome",
        yes: code === "offline" ? "problem.keptUntilOnline" : "problem.kept",
        no: "problem.notKept",
      }),
    buttonColumn(
      problem.offersLink &&
        button({ id: "mail-link", label: t("link.ask"), busyLabel: t("link.asking"), onPress: actions.mailLink }),
      again,
      button({
        id: "leave", label: t("actions.leave"), onPress: actions.leave,
        look: again === null && !problem.offersLink ? "primary" : "quiet",
      }),
    ),
    el("p", { class: "hint" }, t("problem.code"), " ", el("code", { translate: "no" }, named)),
  );
  return { name: "problem", problem: code, heading, content: [card], announcement: happened };
}
