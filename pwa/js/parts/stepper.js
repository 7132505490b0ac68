/**
 * The key step by step, as large as the screen allows: a group at a time, or a row of a long key.
 */
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { canSpeak, hush, speak, spelled } from "../speech.js";
import { button } from "./button.js";
import { groupList, keySteps } from "./code.js";
import { openDialog } from "./dialog.js";

/** Pixels that a finger travels before it is a swipe and no tap. */
const SWIPE = 40;

/** @param {number} place @param {number} count */
function progressBar(place, count) {
  const dots = Array.from({ length: count }, (_, index) => el("span", { class: index <= place ? "dot is-past" : "dot" }));
  return el("div", { class: "progress", "aria-hidden": "true" }, ...dots);
}

/**
 * A tap, a swipe or an arrow key takes a step.
 *
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} stage
 * @param {(change: number) => void} move
 */
function listen(dialog, stage, move) {
  let start = 0;
  stage.addEventListener("pointerdown", (event) => {
    start = event.clientX;
  });
  stage.addEventListener("pointerup", (event) => {
    const way = event.clientX - start;
    move(way > SWIPE ? -1 : 1);
  });
  const steps = new Map([["ArrowRight", 1], ["ArrowDown", 1], ["ArrowLeft", -1], ["ArrowUp", -1]]);
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
 * @param {string} key groups with dashes
 */
export function openStepper(key) {
  const steps = keySteps(key);
  const words = steps[0].groups.length === 1 ? "stepper.group" : "stepper.row";
  let place = 0;
  const heading = el("h2", { class: "full-title", "aria-live": "polite", "aria-atomic": "true" });
  // With large letters on a small screen it scrolls, which a keyboard can only do where the focus can be.
  const stage = el("div", { class: "stage", role: "group", tabindex: "0", "aria-label": t("key.title.unnamed") });
  const read = () => speak(steps[place].groups.map(spelled));
  const back = button({ id: "step-back", label: t("stepper.back"), look: "secondary", onPress: () => move(-1) });
  const next = button({ id: "step-next", label: t("stepper.next"), onPress: () => move(1) });
  const aloud = canSpeak() ? button({ id: "step-read", label: t("stepper.read"), look: "secondary", onPress: () => void read() }) : null;
  const dialog = openDialog({
    name: "stepper", heading, onClose: hush,
    content: [stage, el("div", { class: "full-actions" }, back, aloud, next)],
  });
  const render = () => {
    const { groups, first } = steps[place];
    hush();
    heading.replaceChildren(
      t(words, { number: place + 1, total: steps.length }),
      el("span", { class: "visually-hidden" }, `: ${groups.map((group) => group.split("").join(" ")).join(", ")}`),
    );
    stage.replaceChildren(groupList(groups, first), progressBar(place, steps.length));
    back.setAttribute("aria-disabled", String(place === 0));
    next.setAttribute("data-last", String(place === steps.length - 1));
    const label = next.querySelector(".button-label");
    if (label !== null) label.textContent = t(place === steps.length - 1 ? "stepper.end" : "stepper.next");
  };
  /** @param {number} change */
  function move(change) {
    if (place + change >= steps.length) return dialog.close();
    place = Math.max(0, place + change);
    render();
  }
  listen(dialog, stage, move);
  render();
  next.focus();
}
