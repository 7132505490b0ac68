/**
 * Reading aloud, spelled in the alphabet that people of the language use on the telephone.
 */
import { t } from "./i18n.js";

/** Slower than the phone would speak, since somebody is typing. */
const PACE = 0.8;

/** Counts the readings, so that one which was stopped falls silent for good. */
let reading = 0;

/** Whether the browser can speak at all. */
export function canSpeak() {
  return "speechSynthesis" in window;
}

/**
 * A group of symbols as words; a pause between them makes each stand alone.
 *
 * @param {string} group
 */
export function spelled(group) {
  return group.split("").map((symbol) => t(`spelling.${symbol}`)).join(", ");
}

/** Stop speaking. */
export function hush() {
  reading += 1;
  if (canSpeak()) speechSynthesis.cancel();
}

/** @param {string} text */
function say(text) {
  return new Promise((resolve) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = t("meta.speech");
    utterance.rate = PACE;
    utterance.addEventListener("end", () => resolve(true));
    utterance.addEventListener("error", () => resolve(false));
    speechSynthesis.speak(utterance);
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
    if (own !== reading || !said) return false;
  }
  return true;
}
