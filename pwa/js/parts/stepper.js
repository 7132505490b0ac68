/**
 * The key step by step: the group that is typed now as large as the screen allows, its neighbors above and below, so that
 * the place is never lost. The last step asks what the computer says.
 */
import { el, fill } from "../dom.js";
import { buzz } from "../haptics.js";
import { t } from "../i18n.js";
import { hush, spelledWords } from "../speech.js";
import { button } from "./button.js";
import { bareGroup, colored } from "./code.js";
import { icon } from "./icon.js";
import { aboutComputer } from "./names.js";
import { openFull } from "./sheet.js";

/** Pixels that a finger travels before it is a swipe and no tap. */
const SWIPE = 40;

/** @param {number} past @param {number} count */
function marks(past, count) {
  const bars = Array.from({ length: count }, (_, index) => el("i", { class: index < past ? "past" : "" }));
  return el("div", { class: "marks", "aria-hidden": "true" }, ...bars);
}

/** A group's symbols as words; those of digits look like digits. @param {string} group */
function spelling(group) {
  const words = spelledWords(group).flatMap((word, place) => [
    // Not at the beginning of a line.
    place === 0 ? "" : "\u00a0· ",
    /\d/.test(group[place]) ? el("b", { class: "d" }, word) : word,
  ]);
  return el("p", { class: "say" }, ...words);
}

/** @param {string[]} groups @param {number} place @param {string} arrival */
function reel(groups, place, arrival) {
  const side = (/** @type {string | undefined} */ group) =>
    el("span", { class: "k side", dir: "ltr", translate: "no", "aria-hidden": "true" }, group === undefined ? "" : colored(group));
  const center = el("div", { class: `center ${arrival}` }, bareGroup(groups[place], "big"), spelling(groups[place]));
  return [side(groups[place - 1]), center, side(groups[place + 1])];
}

/** @param {string | null} computerName */
function ask(computerName) {
  return [
    el("span", { class: "sign" }, icon("monitor-check")),
    el("h2", {}, aboutComputer("stepper.done", computerName)),
    el("p", { class: "sub" }, t("stepper.checkGroup")),
  ];
}

/** @param {() => void} finish @param {() => void} close */
function answers(finish, close) {
  return [
    button({ id: "step-yes", label: t("stepper.yes"), onPress: finish }),
    button({ id: "step-again", label: t("stepper.again"), look: "second", onPress: close }),
  ];
}

/**
 * Ask what the computer says, once all rows of a long key are typed.
 *
 * @param {object} options
 * @param {string | null} options.computerName
 * @param {number} options.rows
 * @param {() => void} options.finish when the computer says that it is activated
 */
export function openEnd({ computerName, rows, finish }) {
  const bars = marks(rows, rows);
  bars.classList.add("four");
  const foot = el("div", { class: "bar" });
  const { close, fit } = openFull({
    name: "stepper", look: "step", heading: el("h2", {}, t("stepper.allRows", { total: rows })),
    content: [bars, el("div", { class: "stage ask", role: "group", tabindex: "0", "aria-label": t("stepper.allRows", { total: rows }) }, ...ask(computerName)), foot],
  });
  fill(foot, answers(finish, close));
  fit();
}

/**
 * A tap, a swipe or an arrow key takes a step; where words run from right to left, the keys and the swipe do, too.
 *
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} stage
 * @param {(change: number) => void} move
 */
function listen(dialog, stage, move) {
  const onward = document.documentElement.dir === "rtl" ? -1 : 1;
  let start = 0;
  stage.addEventListener("pointerdown", (event) => {
    start = event.clientX;
  });
  stage.addEventListener("pointerup", (event) => {
    const way = (event.clientX - start) * onward;
    move(way > SWIPE ? -1 : 1);
  });
  const steps = new Map([["ArrowRight", onward], ["ArrowDown", 1], ["ArrowLeft", -onward], ["ArrowUp", -1]]);
  dialog.addEventListener("keydown", (event) => {
    const change = steps.get(event.key);
    if (change === undefined) return;
    event.preventDefault();
    move(change);
  });
}

/**
 * Step through a key.
 *
 * @param {object} options
 * @param {string} options.key groups with dashes
 * @param {string | null} options.computerName
 * @param {() => void} options.finish when the computer says that it is activated
 */
export function openStepper({ key, computerName, finish }) {
  const groups = key.split("-");
  let place = 0;
  const heading = el("h2", { "aria-live": "polite", "aria-atomic": "true" });
  // With large letters on a small screen it scrolls, which a keyboard can only do where the focus can be.
  const stage = el("div", { class: "stage reel", role: "group", tabindex: "0", "aria-label": t("key.title.unnamed") });
  const progress = el("div", {});
  const foot = el("div", { class: "bar" });
  const { dialog, close, fit } = openFull({
    name: "stepper", look: "step", heading, content: [progress, stage, foot],
    onClose: hush,
  });
  const back = button({ id: "step-back", label: t("actions.back"), look: "second", picture: "chevron-left", onPress: () => move(-1) });
  const next = button({ id: "step-next", label: t("stepper.next"), onward: "chevron-right", onPress: () => move(1) });
  const end = answers(finish, close);
  /** @param {string} arrival */
  const render = (arrival) => {
    hush();
    const isEnd = place === groups.length;
    const title = isEnd ? t("stepper.all", { total: groups.length }) : t("stepper.group", { number: place + 1, total: groups.length });
    const spelled = isEnd ? "" : el("span", { class: "vh", translate: "no" }, `: ${groups[place].split("").join(" ")}`);
    fill(heading, title, spelled);
    fill(progress, marks(isEnd ? groups.length : place + 1, groups.length));
    stage.className = isEnd ? "stage ask" : "stage reel";
    fill(stage, isEnd ? ask(computerName) : reel(groups, place, arrival));
    foot.className = isEnd ? "bar" : "bar row";
    fill(foot, isEnd ? end : [place > 0 && back, next]);
    if (place > 0 && !isEnd) back.setAttribute("aria-label", t("stepper.backTo", { number: place }));
    fit();
    if (!foot.contains(document.activeElement)) (isEnd ? end[0] : next).focus();
  };
  /** @param {number} change */
  function move(change) {
    const there = Math.max(0, Math.min(groups.length, place + change));
    if (there === place) return;
    place = there;
    buzz();
    render(change > 0 ? "from-next" : "from-back");
  }
  listen(dialog, stage, (change) => place < groups.length && move(change));
  render("");
}
