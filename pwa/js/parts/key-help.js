/**
 * Help with typing a key: step by step, read aloud, larger.
 */
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { canSpeak, hush, speak, spelled } from "../speech.js";
import { button, buttonPair } from "./button.js";
import { outcomeLine } from "./outcome.js";
import { openStepper } from "./stepper.js";

/**
 * A button that reads the key aloud, and stops.
 *
 * @param {string} key
 * @param {HTMLElement} typed
 * @param {ReturnType<typeof outcomeLine>} outcome
 */
function readButton(key, typed, outcome) {
  const items = [...typed.querySelectorAll(".group")];
  const mark = (/** @type {number | null} */ place) =>
    items.forEach((item, index) => item.classList.toggle("is-read", index === place));
  const element = button({ id: "read-aloud", label: t("key.read"), look: "secondary", picture: "sound", onPress: toggle });
  const label = element.querySelector(".button-label");
  const setReading = (/** @type {boolean} */ reading) => {
    element.classList.toggle("is-on", reading);
    if (label !== null) label.textContent = t(reading ? "key.stopReading" : "key.readAgain");
  };
  let reading = 0;
  async function read() {
    const own = ++reading;
    setReading(true);
    const texts = key.split("-").map((group, place) => `${t("key.readGroup", { number: place + 1 })}: ${spelled(group)}.`);
    let begun = false;
    const said = await speak(texts, (place) => {
      begun = place > 0;
      mark(place);
    });
    if (own !== reading) return;
    mark(null);
    setReading(false);
    if (!said && !begun) outcome.say(t("key.noVoice"), "note");
  }
  function toggle() {
    if (!element.classList.contains("is-on")) return void read();
    reading += 1;
    hush();
    mark(null);
    setReading(false);
  }
  return element;
}

/** @param {HTMLElement} typed */
function largerButton(typed) {
  const element = button({
    id: "larger", label: t("key.larger"), look: "secondary", picture: "larger",
    onPress: () => {
      const large = typed.classList.toggle("is-large");
      element.setAttribute("aria-pressed", String(large));
    },
  });
  element.setAttribute("aria-pressed", "false");
  return element;
}

/**
 * @param {string} key
 * @param {HTMLElement} typed the key as it stands on the page
 */
export function keyHelp(key, typed) {
  const outcome = outcomeLine();
  const buttons = buttonPair(
    button({ id: "step-through", label: t("stepper.open"), look: "secondary", picture: "steps", onPress: () => openStepper(key) }),
    canSpeak() && readButton(key, typed, outcome),
    largerButton(typed),
  );
  return el("div", { class: "key-actions" }, buttons, outcome.line);
}
