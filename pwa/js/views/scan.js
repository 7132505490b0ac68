import { CameraTrouble, watch } from "../camera.js";
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { button, buttonColumn } from "../parts/button.js";
import { outcomeLine } from "../parts/outcome.js";
import { destination, reader } from "../scanner.js";

/**
 * @typedef {object} Actions
 * @property {(token: string) => void} found
 * @property {() => void} type
 * @property {() => void} back
 *
 * @typedef {ReturnType<typeof outcomeLine>} Outcome
 */

/**
 * Go where a scanned text leads; returns whether it leads somewhere.
 *
 * @param {string | null} text
 * @param {Outcome} outcome
 * @param {Actions} actions
 */
function follow(text, outcome, { found }) {
  if (text === null) return false;
  const place = destination(text);
  if (place !== null && "token" in place) {
    found(place.token);
    return true;
  }
  const words = place === null ? t("scan.anotherCode") : t("scan.foreign", { host: place.foreign });
  if (outcome.line.textContent !== words) outcome.say(words, "note");
  return false;
}

/**
 * Read a photo; whatever the browser throws at it, a person hears which part did not work.
 *
 * @param {File} file
 * @param {Outcome} outcome
 * @param {Actions} actions
 */
async function take(file, outcome, actions) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return outcome.say(t("scan.unreadablePhoto"), "note");
  }
  let text;
  try {
    text = await (await reader())(picture);
  } catch {
    return outcome.say(t("scan.noReader"), "note");
  }
  if (text === null) outcome.say(t("scan.nothingInPhoto"), "note");
  follow(text, outcome, actions);
}

/**
 * @param {Outcome} outcome
 * @param {Actions} actions
 */
function photoPicker(outcome, actions) {
  const input = el("input", { id: "photo", type: "file", accept: "image/*", class: "visually-hidden" });
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    if (file === undefined) return;
    outcome.clear();
    await take(file, outcome, actions);
    input.value = "";
  });
  return el("label", { class: "button is-secondary file", for: "photo" }, input, el("span", { class: "button-label" }, t("scan.photo")));
}

/**
 * Scan with this page: the camera, a photo, or by typing.
 *
 * @param {Actions} actions
 * @returns {import("../screen.js").View}
 */
export function scanView(actions) {
  const leaving = new AbortController();
  const heading = el("h1", {}, t("scan.title"));
  const outcome = outcomeLine();
  const video = el("video", { class: "camera", muted: true, playsinline: true, hidden: true, "aria-label": t("scan.picture") });
  video.muted = true;
  const wait = (/** @type {boolean} */ isLate) => (isLate ? outcome.say(t("scan.camera.late"), "note") : outcome.clear());
  const start = button({
    id: "camera", label: t("scan.start"), busyLabel: t("scan.looking"), picture: "scan",
    onPress: async () => {
      outcome.clear();
      try {
        const read = await reader();
        const look = async (/** @type {HTMLVideoElement} */ picture) => follow(await read(picture), outcome, actions);
        await watch(video, look, leaving.signal, wait);
      } catch (error) {
        if (leaving.signal.aborted) return;
        // What is not the camera's is the reader's: not loaded, or without a picture that it can read.
        outcome.say(t(error instanceof CameraTrouble ? `scan.camera.${error.kind}` : "scan.noReader"), "note");
      }
    },
  });
  const card = el(
    "div",
    { class: "card" },
    heading,
    el("p", { class: "lead" }, t("scan.lead")),
    video,
    outcome.line,
    buttonColumn(
      start,
      photoPicker(outcome, actions),
      button({ id: "type", label: t("scan.type"), look: "secondary", onPress: actions.type }),
      button({ id: "back", label: t("actions.back"), look: "secondary", onPress: actions.back }),
    ),
    el("p", { class: "hint" }, t("scan.privacy")),
  );
  return { name: "scan", heading, content: [card], announcement: t("scan.lead"), leave: () => leaving.abort() };
}
