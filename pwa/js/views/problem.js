import { el } from "../dom.js";
import { hasWords, t } from "../i18n.js";
import { bar, button } from "../parts/button.js";
import { icon } from "../parts/icon.js";
import { sayWhetherKept } from "../parts/kept-line.js";
import { seatPicture } from "../parts/seats.js";
import { whoToAsk } from "../parts/who.js";

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
  "unknown_activation_key",
  "unknown_product",
  "wrong_deactivation_code",
]);

/** What stands for each kind of trouble. @type {Map<string, string>} */
const SIGNS = new Map([
  ["offline", "wifi-off"],
  ["unreadable_answer", "wifi-off"],
  ["internal_error", "cloud-off"],
  ["server_busy", "clock"],
  ["too_many_attempts", "clock"],
  ["license_expired", "clock"],
  ["license_suspended", "pause"],
  ["no_seat_left", "users"],
  ["replacement_needs_link", "users"],
  ["replacement_needs_vendor", "users"],
  ["bad_signature", "shield-alert"],
  ["wrong_deactivation_code", "shield-alert"],
]);

/**
 * @typedef {object} Actions
 * @property {Promise<import("../convenience.js").Outcome<unknown>> | null} kept whether the scan waits on the phone
 * @property {() => Promise<void>} repeat
 * @property {() => Promise<void>} startOver
 * @property {() => Promise<void>} mailLink
 * @property {() => void} scan
 * @property {() => void} history
 * @property {() => void} leave
 */

/** @param {import("../problem.js").Problem} problem @param {Actions} actions */
function tryAgain({ code, mayPass, mayBeSettled, offersLink }, { repeat, startOver }) {
  if (hasWords(`problems.${code}`) && !mayPass && !mayBeSettled) return null;
  return button({
    id: "try-again",
    label: t("actions.tryAgain"),
    busyLabel: t("actions.tryingAgain"),
    picture: "refresh-cw",
    look: offersLink ? "second" : "primary",
    onPress: mayPass ? repeat : startOver,
  });
}

/**
 * What to do, with the time to wait where the server named it; "" where another line says it.
 *
 * @param {string} words
 * @param {number | null} retryAfter seconds
 */
function toDo(words, retryAfter) {
  if (retryAfter === null || !hasWords(`${words}.toDoAfter`)) return hasWords(`${words}.toDo`) ? t(`${words}.toDo`) : "";
  return t(`${words}.toDoAfter`, { count: Math.ceil(retryAfter / 60) });
}

/** @param {import("../problem.js").Problem} problem @param {string} words */
function said({ code, detail, retryAfter, seats }, words) {
  const title = seats !== null && hasWords(`${words}.counted`) ? t(`${words}.counted`, { count: seats }) : t(`${words}.title`);
  const happened = words === "problems.unknown" && detail !== "" ? detail : hasWords(`${words}.happened`) ? t(`${words}.happened`) : "";
  const heading = el("h1", {}, title);
  const opening = el(
    "div",
    { class: "act" },
    el("span", { class: "sign" }, icon(SIGNS.get(code) ?? "triangle-alert")),
    heading,
    seats !== null && el("div", { class: "seat-line" }, seatPicture({ total: seats, used: seats, after: seats })),
    [happened, toDo(words, retryAfter)].map((text) => text !== "" && el("p", {}, text)),
    code === "offline" && el("p", { class: "wait" }, el("span", { class: "pulse" }), el("span", {}, t("problem.untilOnline"))),
  );
  return { heading, opening, announcement: happened || title };
}

/** A line above the buttons: what is safe. @param {import("../problem.js").Problem} problem @param {Actions} actions */
function note({ code, mayPass }, { kept }) {
  const line = el("p", { class: "note", id: kept === null ? null : "scan-kept" });
  if (kept === null) line.textContent = mayPass ? t("problem.safe") : t("problem.nothingChanged");
  else sayWhetherKept(kept, line, { yes: code === "offline" ? "problem.comeBack" : mayPass ? "problem.kept" : "problem.unchangedKept", no: "problem.notKept" });
  return line;
}

/**
 * What happened, what to do, what is safe, whom to ask.
 *
 * @param {import("../problem.js").Problem} problem
 * @param {Actions} actions
 * @returns {import("../screen.js").View}
 */
export function problemView(problem, actions) {
  const { code, requestId, offersLink } = problem;
  const words = hasWords(`problems.${code}`) ? `problems.${code}` : "problems.unknown";
  const { heading, opening, announcement } = said(problem, words);
  const question = hasWords(`${words}.question`) ? `${words}.question` : "problem.question";
  const scan = SCAN_AGAIN.has(code);
  const again = scan
    ? button({ id: "scan", label: t("problem.scan"), picture: "scan-line", onPress: actions.scan })
    : tryAgain(problem, actions);
  const leave = code === "offline"
    ? button({ id: "history", label: t("history.title"), look: "quiet", picture: "clock", onPress: actions.history })
    : button({ id: "leave", label: t("actions.leave"), look: again === null && !offersLink ? "primary" : "quiet", onPress: actions.leave });
  return {
    name: "problem", problem: code, heading, tone: "is-warn", announcement,
    content: [
      opening,
      whoToAsk({
        question: t(question), ask: t(offersLink ? "link.offer" : `${words}.ask`),
        code: requestId === null ? code : `${code} ${requestId}`,
      }),
    ],
    bar: bar(
      note(problem, actions),
      offersLink && button({ id: "mail-link", label: t("link.ask"), busyLabel: t("link.asking"), picture: "mail", onPress: actions.mailLink }),
      again,
      leave,
    ),
  };
}
