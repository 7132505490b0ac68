/**
 * Reading aloud, spelled in the alphabet that people of the language use on the telephone.
 */
import { atOnce } from "./convenience.js";
import { t } from "./i18n.js";

/** Slower than the phone would speak, since somebody is typing. */
const PACE = 0.8;

/** Milliseconds until a voice must be heard; some phones have none, and say nothing of it either. */
const SILENCE = 5_000;

/** Counts the readings, so that one which was stopped falls silent for good. */
let reading = 0;

/** Whether the browser can speak at all. */
export function canSpeak() {
  const there = atOnce(() => typeof speechSynthesis.speak === "function");
  return there.done && there.result;
}

/** The words for a group's symbols. @param {string} group */
export function spelledWords(group) {
  return group.split("").map((symbol) => t(`spelling.${symbol}`));
}

/** A group of symbols as words; a pause between them makes each stand alone. @param {string} group */
function spelled(group) {
  return spelledWords(group).join(", ");
}

/** What is said of a key, group by group. @param {string} key groups with dashes */
export function readings(key) {
  return key.split("-").map((group, place) => `${t("key.readGroup", { number: place + 1 })}: ${spelled(group)}.`);
}

/** Stop speaking. */
export function hush() {
  reading += 1;
  atOnce(() => speechSynthesis.cancel());
}

/** @param {string} text @returns {Promise<boolean>} */
function say(text) {
  return new Promise((resolve) => {
    const silent = setTimeout(resolve, SILENCE, false);
    const begun = atOnce(() => {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.lang = t("meta.speech");
      utterance.rate = PACE;
      utterance.addEventListener("start", () => clearTimeout(silent));
      utterance.addEventListener("end", () => resolve(true));
      utterance.addEventListener("error", () => resolve(false));
      speechSynthesis.speak(utterance);
    });
    if (!begun.done) resolve(false);
  });
}

/**
 * Speak texts one after the other.
 *
 * @param {string[]} texts
 * @param {(place: number) => void} [onText] before each of them
 * @returns {Promise<boolean>} whether everything was said; false also when it was stopped
 */
export async function speak(texts, onText) {
  hush();
  const own = reading;
  for (const [place, text] of texts.entries()) {
    onText?.(place);
    const said = await say(text);
    if (own !== reading) return false;
    if (!said) {
      // A voice that comes too late has nothing left to say.
      hush();
      return false;
    }
  }
  return true;
}
